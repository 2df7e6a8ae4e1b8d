//! Names that give template expressions away: gadgets, objects of the program, statements, secrets.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use memchr::memmem;

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

/// Words that begin a statement.
const STATEMENTS: &[&[u8]] = &[
    b"debug", b"set", b"include", b"import", b"load", b"ssi", b"#with", b"#each", b"php", b"assign",
    b"sandbox", b"with",
];

/// What engines for Java keep for expressions: scopes, and the prefixes of lookups such as `${env:HOME}`.
const SCOPES: &[&[u8]] = &[
    b"pageScope",
    b"requestScope",
    b"sessionScope",
    b"applicationScope",
    b"pageContext",
    b"initParam",
    b"servletContext",
    b"facesContext",
];
const LOOKUPS: &[&[u8]] = &[
    b"env", b"sys", b"java", b"jndi", b"ctx", b"lower", b"upper", b"base64", b"script", b"dns", b"bundle",
    b"main", b"k8s", b"docker", b"log4j", b"web", b"sd",
];

/// Whether the expression holds a part that no author of templates needs.
pub(super) fn has_gadget(text: &[u8]) -> bool {
    GADGET.is_match(text) || memmem::find_iter(text, b"__").any(|at| begins_special(text, at))
}

/// Whether a name of the kind `__name` begins at `at`; `a__b` is a usual name.
fn begins_special(text: &[u8], at: usize) -> bool {
    let before = text[..at].last();
    before.is_none_or(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')))
        && text.get(at + 2).is_some_and(u8::is_ascii_alphabetic)
}

pub(super) fn is_object(word: &[u8]) -> bool {
    OBJECTS.contains(&word)
}

pub(super) fn is_statement(word: &[u8]) -> bool {
    STATEMENTS.contains(&word)
}

/// Objects that Razor reaches with `@Name.Member`.
const RAZOR: &[&[u8]] = &[
    b"System",
    b"Environment",
    b"DateTime",
    b"Model",
    b"ViewBag",
    b"ViewData",
    b"Html",
    b"Request",
    b"Context",
    b"User",
    b"Session",
    b"Server",
];

/// Whether the text is `@Name.Member` of Razor.
pub(super) fn is_razor(text: &[u8]) -> bool {
    text.strip_prefix(b"@").is_some_and(|rest| {
        RAZOR.iter().any(|name| {
            rest.strip_prefix(*name)
                .is_some_and(|rest| matches!(rest, [b'.', letter, ..] if letter.is_ascii_alphabetic()))
        })
    })
}

/// Whether `${text}` asks for what the engine keeps for itself: `.version`, `applicationScope`, `sys:user.home`.
pub(super) fn is_internal(text: &[u8]) -> bool {
    match text {
        [b'.', letter, ..] => return letter.is_ascii_alphabetic(),
        [b'$', b'_', letter, ..] => return letter.is_ascii_uppercase(),
        _ => {}
    }
    let length = text
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric())
        .count();
    let (word, rest) = text.split_at(length);
    SCOPES.contains(&word) || rest.first() == Some(&b':') && rest.len() > 1 && LOOKUPS.contains(&word)
}

pub(super) fn has_secret(text: &[u8]) -> bool {
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
