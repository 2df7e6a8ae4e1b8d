//! Characters that look like the punctuation of a language, or are not seen at all.

use unicode_normalization::UnicodeNormalization;

use super::{Builder, Decoded};

/// Puts plain characters for look-alikes, and removes invisible ones. Letters stay as they are: they matter for names,
/// not for payloads.
pub(super) fn decode(text: &str) -> Option<Decoded> {
    let mut builder = Builder::new(text);
    for (at, character) in text.char_indices().filter(|(_, character)| !character.is_ascii()) {
        let end = at + character.len_utf8();
        if is_invisible(character) {
            builder.replace(at, end, "");
        } else if matches!(character, '–' | '—') {
            // Word processors make one dash of two.
            builder.replace(at, end, "--");
        } else if let Some(plain) = look_alike(character) {
            builder.replace(at, end, plain.encode_utf8(&mut [0; 4]));
        } else if let Some(plain) = compatible(character) {
            builder.replace(at, end, &plain);
        }
    }
    builder.finish()
}

const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
    )
}

/// What programs that narrow text to an older character set make of a character.
const fn look_alike(character: char) -> Option<char> {
    Some(match character {
        '‘' | '’' | '‚' | '‛' | '′' | '‵' | 'ʹ' | 'ʻ' | 'ʼ' | 'ˈ' | '＇' | '´' | 'ꞌ' | '❛' | '❜' => {
            '\''
        }
        '“' | '”' | '„' | '‟' | '″' | '‶' | '＂' | '〝' | '〞' | '❝' | '❞' => '"',
        '∕' | '⁄' | '／' | '⧸' => '/',
        '∖' | '⧵' | '＼' | '﹨' => '\\',
        '․' | '．' | '。' | '｡' => '.',
        '‥' => '.',
        '；' | ';' | '︔' | '﹔' => ';',
        '｜' | '∣' | 'ǀ' | '❘' => '|',
        '＆' | '﹠' => '&',
        '−' | '‐' | '‑' | '‒' | '﹣' | '－' => '-',
        '＝' | '﹦' | '꞊' => '=',
        '＜' | '﹤' | '‹' => '<',
        '＞' | '﹥' | '›' => '>',
        '（' | '﹙' => '(',
        '）' | '﹚' => ')',
        '｛' | '﹛' => '{',
        '｝' | '﹜' => '}',
        '＄' | '﹩' => '$',
        '％' | '﹪' => '%',
        '＃' | '﹟' => '#',
        '｀' | 'ˋ' => '`',
        '＊' | '∗' | '﹡' => '*',
        '：' | '∶' | '﹕' => ':',
        '，' | '﹐' => ',',
        '＋' => '+',
        '＠' | '﹫' => '@',
        '！' | 'ǃ' => '!',
        '？' => '?',
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{1680}' => ' ',
        '\u{2028}' | '\u{2029}' | '\u{85}' => '\n',
        _ => return None,
    })
}

/// What compatibility normalisation makes of a character, when that is plain text.
fn compatible(character: char) -> Option<String> {
    let block = matches!(character, '\u{ff01}'..='\u{ff5e}' | '\u{2460}'..='\u{24ff}' | '\u{1d400}'..='\u{1d7ff}' | '\u{2070}'..='\u{209c}' | '\u{2100}'..='\u{214f}');
    if !block {
        return None;
    }
    let plain: String = std::iter::once(character).nfkc().collect();
    (plain.is_ascii() && !plain.is_empty()).then_some(plain)
}
