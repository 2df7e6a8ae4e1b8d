//! What stands between two delimiters of a template.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use memchr::memmem;

/// What an expression does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Nothing that a template would evaluate.
    Nothing,
    /// Prints a variable, perhaps through filters.
    Variable,
    /// Reads an object of the program, or a secret.
    Object,
    /// Computes with constants.
    Probe,
    /// Calls something.
    Call,
    /// Includes, imports or debugs.
    Statement,
    /// Reaches for classes, modules, programs or lookups.
    Gadget,
}

/// Parts of expressions that no author of templates needs.
const GADGETS: &[&[u8]] = &[
    b"__class",
    b"__mro",
    b"__base",
    b"__subclasses",
    b"__globals",
    b"__builtins",
    b"__import",
    b"__init__",
    b"__getitem",
    b"__dict",
    b"__code",
    b"__self",
    b"__proto",
    b"_class_",
    b"_TemplateReference",
    b"class__",
    b"[\"class\"",
    b"['class'",
    b"_\"*2",
    b"_'*2",
    b"\\x5f",
    b"\\u005f",
    b"%c%c",
    b"getClass",
    b"forName",
    b"getRuntime",
    b"Runtime",
    b"ProcessBuilder",
    b"newInstance",
    b"getDeclared",
    b"getMethod",
    b"getConstructor",
    b"ClassLoader",
    b"classLoader",
    b"ScriptEngine",
    b"java.",
    b"javax.",
    b"groovy.",
    b"freemarker",
    b"org.apache",
    b"org.springframework",
    b"T(",
    b"?new",
    b"?api",
    b"?eval",
    b"ObjectConstructor",
    b"popen",
    b"os.system",
    b"subprocess",
    b"import os",
    b"_import",
    b"system(",
    b"exec(",
    b"shell_exec",
    b"passthru",
    b"proc_open",
    b"phpinfo",
    b"eval(",
    b"assert(",
    b"call_user_func",
    b"file_get_contents",
    b"file_put_contents",
    b"file_excerpt",
    b"readfile",
    b"writeFile",
    b"readFile",
    b"registerUndefined",
    b"getFilter",
    b"_self",
    b"_context",
    b"constructor",
    b"child_process",
    b"process.",
    b"require(",
    b"require '",
    b"require \"",
    b"global.",
    b"root.process",
    b"mainModule",
    b"Function(",
    b"prototype",
    b"IO.",
    b"File.",
    b"Dir.",
    b"Kernel",
    b"Open3",
    b"%x",
    b"System.",
    b":os.",
    b"Code.eval",
    b"spawn",
    b"jndi:",
    b"${lower",
    b"${upper",
    b"lower:",
    b"upper:",
    b"${env:",
    b"${sys:",
    b"${::-",
    b"::-",
    b"script:",
    b"dns:",
    b"|map(\"system",
    b"'system'",
    b"\"system\"",
    b"'exec'",
    b"\"exec\"",
    b"Smarty_",
    b"$smarty",
    b"self::",
    b"from_pyfile",
    b"linecache",
    b"inspect.",
    b"_mmarker",
    b"#_memberAccess",
    b"#context",
    b"#rt",
    b"@java",
    b"self.module",
    b"self.template",
    b"self.context",
    b"Process.Start",
    b"Reflection",
    b"settings.SECRET",
    b"SECRET_KEY",
    b"toURL()",
    b"new URL",
    b"getSession",
    b"setAttribute",
    b"getAttribute",
    b"%x|",
    b".execute(",
    b"/etc/",
    b"wp-config",
    b"'id'",
    b"\"id\"",
    b"range.constructor",
    b"include(\"/",
];

#[expect(clippy::expect_used, reason = "the words are few and fixed")]
static GADGET: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::DFA))
        .build(GADGETS)
        .expect("the automaton of a few words fits its limits")
});

/// Names of objects that the programs around templates expose.
const OBJECTS: &[&[u8]] = &[
    b"config",
    b"self",
    b"request",
    b"app",
    b"settings",
    b"session",
    b"this",
    b"g",
    b"url_for",
    b"namespace",
    b"dict",
    b"env",
    b"environment",
    b"debug",
    b"messages",
    b"product",
    b"class",
    b"model",
    b"application",
    b"server",
    b"root",
    b"global",
    b"globals",
    b"process",
    b"_",
    b"dump",
    b"parent",
    b"context",
    b"response",
    b"forms",
    b"handler",
    b"flash",
    b"__DIR__",
    b"@",
    b"secret",
    b"lipsum",
    b"cycler",
    b"joiner",
    b"get_flashed_messages",
];

pub(super) fn read(inner: &[u8]) -> Meaning {
    if memchr::memchr(b'\n', inner.trim_ascii()).is_some() && inner.len() > 300 {
        return Meaning::Nothing;
    }
    if GADGET.is_match(inner) {
        return Meaning::Gadget;
    }
    let trimmed = trim(inner);
    let Some(&first) = trimmed.first() else {
        return Meaning::Nothing;
    };
    if is_probe(trimmed) {
        return Meaning::Probe;
    }
    let word = word(trimmed);
    if first.is_ascii_digit() && memchr::memchr(b'|', trimmed).is_some() {
        return Meaning::Probe;
    }
    if first == b'\'' || first == b'"' {
        // `{"a": 1}` is data and no expression.
        let close = memchr::memchr(first, &trimmed[1..]).map_or(trimmed.len(), |length| length + 2);
        let rest = trimmed[close.min(trimmed.len())..].trim_ascii_start();
        return if rest.first() == Some(&b':') {
            Meaning::Nothing
        } else {
            Meaning::Probe
        };
    }
    const STATEMENTS: &[&[u8]] = &[
        b"debug", b"set", b"include", b"import", b"load", b"ssi", b"#with", b"#each", b"php", b"assign",
        b"sandbox", b"with",
    ];
    if STATEMENTS.contains(&word) {
        return Meaning::Statement;
    }
    // `printf "x"`: Go calls without parentheses.
    let rest = trimmed[word.len().min(trimmed.len())..].trim_ascii_start();
    if calls(trimmed)
        || !word.is_empty() && matches!(rest.first(), Some(b'"' | b'\'')) && !word.starts_with(b"#")
    {
        return Meaning::Call;
    }
    if trimmed == b"." {
        return Meaning::Object;
    }
    if !(first.is_ascii_alphabetic()
        || matches!(first, b'_' | b'[' | b'(' | b'$' | b'#' | b'{' | b'>' | b'@'))
    {
        return Meaning::Nothing;
    }
    if OBJECTS.contains(&word) || has_secret(trimmed) {
        return Meaning::Object;
    }
    if matches!(first, b'[' | b'(') && trimmed.len() > 2 {
        return Meaning::Call;
    }
    Meaning::Variable
}

/// Whether what stands in single braces can be an expression of an engine that writes them so; most often they hold
/// data.
pub(super) fn is_single_brace(inner: &[u8]) -> bool {
    let word = word(inner);
    let rest = &inner[word.len()..];
    matches!(inner.first(), Some(b'$' | b'0'..=b'9'))
        || !word.is_empty()
            && (matches!(rest, [b'(', ..] | [b':', b':', ..])
                || [
                    b"php".as_slice(),
                    b"if",
                    b"math",
                    b"fetch",
                    b"include",
                    b"literal",
                    b"eval",
                ]
                .contains(&word))
}

fn trim(inner: &[u8]) -> &[u8] {
    let mut inner = inner.trim_ascii();
    while let [b'=' | b'-' | b'{' | b'!' | b'~' | b'(' | b'&', rest @ ..] = inner {
        inner = rest.trim_ascii_start();
    }
    inner
}

fn word(text: &[u8]) -> &[u8] {
    let skip = usize::from(matches!(text.first(), Some(b'#' | b'@' | b'$')));
    let length = text[skip..]
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
        .count();
    if text.first() == Some(&b'#') {
        &text[..skip + length]
    } else {
        &text[skip..skip + length]
    }
}

/// Whether the expression is made of numbers, texts and operators alone, and has an operator.
fn is_probe(text: &[u8]) -> bool {
    let mut n_numbers = 0;
    let mut n_operators = 0;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'0'..=b'9' => {
                n_numbers += 1;
                while text
                    .get(at)
                    .is_some_and(|byte| byte.is_ascii_digit() || *byte == b'.')
                {
                    at += 1;
                }
                continue;
            }
            b'*' | b'+' | b'/' | b'%' | b'-' | b'^' => n_operators += 1,
            b'\'' | b'"' => {
                let Some(length) = memchr::memchr(byte, &text[at + 1..]) else {
                    return false;
                };
                n_numbers += 1;
                at += length + 1;
            }
            b'(' | b')' | b' ' | b'[' | b']' | b'}' | b'{' | b';' => {}
            _ => return false,
        }
        at += 1;
    }
    n_numbers >= 2 && n_operators >= 1
}

/// Whether a name is followed by an opening parenthesis, or a filter gets arguments.
fn calls(text: &[u8]) -> bool {
    memchr::memchr_iter(b'(', text).any(|at| {
        at > 0 && (text[at - 1].is_ascii_alphanumeric() || matches!(text[at - 1], b'_' | b']' | b')'))
    })
}

fn has_secret(text: &[u8]) -> bool {
    const SECRETS: &[&[u8]] = &[
        b"secret",
        b"password",
        b"passwd",
        b"token",
        b"api_key",
        b"apikey",
        b"credential",
        b"private_key",
    ];
    let lower = text[..text.len().min(128)].to_ascii_lowercase();
    SECRETS
        .iter()
        .any(|secret| memmem::find(&lower, secret).is_some())
}
