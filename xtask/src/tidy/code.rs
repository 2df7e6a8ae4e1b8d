//! Rust text without what is not code.

/// Returns `text` with the contents of comments, strings and characters replaced by blanks; every line stays where it
/// is.
pub(super) fn blank(text: &str) -> String {
    let mut rest = text;
    let mut code = String::with_capacity(text.len());
    while let Some(first) = rest.chars().next() {
        let after_name = code.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let (hidden, kept) = if rest.starts_with("//") {
            (rest.find('\n').unwrap_or(rest.len()), 0)
        } else if rest.starts_with("/*") {
            (comment_length(rest), 0)
        } else if let Some(length) = raw_string_length(rest).filter(|_| !after_name) {
            (length, 0)
        } else if first == '"' {
            (quoted_length(rest, '"'), 1)
        } else if first == '\'' && is_character(rest) {
            (quoted_length(rest, '\''), 1)
        } else {
            code.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        let (gone, left) = rest.split_at(hidden);
        // The opening quote stays, so that an attribute with a text differs from one without.
        code.extend(gone.chars().enumerate().map(|(n, c)| match c {
            '\n' => '\n',
            _ if n < kept => c,
            _ => ' ',
        }));
        rest = left;
    }
    code
}

/// Returns the length of the comment that `text` begins with; comments nest.
fn comment_length(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

/// Returns the length of the raw string that `text` begins with, if it does.
fn raw_string_length(text: &str) -> Option<usize> {
    let prefix = ["r", "br", "cr"].into_iter().find(|prefix| {
        text.strip_prefix(prefix)
            .is_some_and(|rest| rest.trim_start_matches('#').starts_with('"'))
    })?;
    let hashes = text[prefix.len()..].chars().take_while(|c| *c == '#').count();
    let start = prefix.len() + hashes + 1;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(
        text[start..]
            .find(&end)
            .map_or(text.len(), |at| start + at + end.len()),
    )
}

/// Returns the length of the string or character that `text` begins with.
fn quoted_length(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            _ if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// Whether the `'` that `text` begins with opens a character, and not the name of a lifetime.
fn is_character(text: &str) -> bool {
    let mut following = text.chars().skip(1);
    match following.next() {
        Some('\\') => true,
        Some(_) => following.next() == Some('\''),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::blank;

    #[test]
    fn only_code_remains() {
        let check = |text: &str, expect: &str| assert_eq!(blank(text).trim_end(), expect, "{text}");
        check("a // b", "a");
        check("a /* b /* c */ d */ e", "a                   e");
        check("f(\"x \\\" y\") + g", "f(\"       ) + g");
        check("r#\"a \" b\"# + c", "           + c");
        check("for\"x\"", "for\"");
        check("x('\"', 'a', '\\'')", "x('  , '  , '   )");
        check("fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)");
        check("b\"x\" br\"y\" c", "b\"         c");
    }

    #[test]
    fn lines_stay_where_they_are() {
        assert_eq!(blank("a\n/* b\nc */\nd \"e\nf\" g").lines().count(), 5);
    }
}
