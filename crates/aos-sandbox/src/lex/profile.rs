//! What bytes a text holds: one pass that tells which lexers and decoders have anything to do.

/// A set of kinds of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Profile {
    kinds: u32,
    /// The longest run of letters, digits and `+ / - _`, as far as it matters.
    longest_run: u32,
}

/// Letters, digits and the other characters of both alphabets of base64.
const RUN: u32 = 1 << 31;

pub(crate) const QUOTE: u32 = 1;
pub(crate) const DOUBLE_QUOTE: u32 = 1 << 1;
/// `= < >`
pub(crate) const COMPARE: u32 = 1 << 2;
pub(crate) const SEMICOLON: u32 = 1 << 3;
/// `| &`
pub(crate) const PIPE: u32 = 1 << 4;
pub(crate) const AMPERSAND: u32 = 1 << 5;
pub(crate) const BACKTICK: u32 = 1 << 6;
pub(crate) const DOLLAR: u32 = 1 << 7;
pub(crate) const PERCENT: u32 = 1 << 8;
pub(crate) const BACKSLASH: u32 = 1 << 9;
pub(crate) const BRACE: u32 = 1 << 10;
pub(crate) const NEWLINE: u32 = 1 << 11;
pub(crate) const PLUS: u32 = 1 << 12;
pub(crate) const SPACE: u32 = 1 << 13;
pub(crate) const HIGH: u32 = 1 << 14;
pub(crate) const SLASH: u32 = 1 << 15;
pub(crate) const PAREN: u32 = 1 << 16;
pub(crate) const NUL: u32 = 1 << 17;
pub(crate) const COLON: u32 = 1 << 18;
pub(crate) const HASH: u32 = 1 << 19;
pub(crate) const AT: u32 = 1 << 20;
pub(crate) const BRACKET: u32 = 1 << 21;
pub(crate) const DIGIT: u32 = 1 << 22;
pub(crate) const DOT: u32 = 1 << 23;
pub(crate) const DASH: u32 = 1 << 24;
pub(crate) const UNDERSCORE: u32 = 1 << 25;
/// Everything else but letters.
const OTHER: u32 = 1 << 26;

static CLASSES: [u32; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "the loop ends at 255")]
        let byte_value = byte as u8;
        let class = match byte_value {
            b'\'' => QUOTE,
            b'"' => DOUBLE_QUOTE,
            b'=' | b'<' | b'>' => COMPARE,
            b';' => SEMICOLON,
            b'|' => PIPE,
            b'&' => PIPE | AMPERSAND,
            b'`' => BACKTICK,
            b'$' => DOLLAR,
            b'%' => PERCENT,
            b'\\' => BACKSLASH,
            b'{' | b'}' => BRACE,
            b'\n' | b'\r' => NEWLINE,
            b'+' => PLUS,
            b' ' => SPACE,
            b'/' => SLASH,
            b'(' | b')' => PAREN,
            0 => NUL,
            b':' => COLON,
            b'#' => HASH,
            b'@' => AT,
            b'[' | b']' => BRACKET,
            b'0'..=b'9' => DIGIT,
            b'.' => DOT,
            b'-' => DASH,
            b'_' => UNDERSCORE,
            0x80.. => HIGH,
            b'a'..=b'z' | b'A'..=b'Z' => 0,
            _ => OTHER,
        };
        let runs = byte_value.is_ascii_alphanumeric() || matches!(byte_value, b'+' | b'/' | b'-' | b'_');
        classes[byte] = if runs { class | RUN } else { class };
        byte += 1;
    }
    classes
};

impl Profile {
    pub(crate) fn of(text: &[u8]) -> Self {
        let (mut kinds, mut run, mut longest_run) = (0, 0, 0);
        for byte in text {
            let class = CLASSES[*byte as usize];
            kinds |= class;
            // All ones where the run goes on, and zero where it ends.
            run = (run + 1) & (class >> 31).wrapping_neg();
            longest_run = longest_run.max(run);
        }
        Self { kinds, longest_run }
    }

    /// Whether so many letters and digits stand in a row.
    pub(crate) const fn has_run(self, length: usize) -> bool {
        self.longest_run as usize >= length
    }

    /// Whether the text is one name of letters and underscores, which no language takes for more than a name.
    pub(crate) const fn is_name(self) -> bool {
        self.kinds & !(RUN | UNDERSCORE) == 0
    }

    /// Whether the text holds a byte of any of these kinds.
    pub(crate) const fn any(self, kinds: u32) -> bool {
        self.kinds & kinds != 0
    }
}
