//! Files that only attackers ask for.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use memchr::memmem::{self, Finder};

/// Parts of paths, in lower case and with forward slashes.
const SENSITIVE: &[&[u8]] = &[
    b"/etc/",
    b"/proc/",
    b"/var/log",
    b"/var/www",
    b"/var/run",
    b"/var/lib",
    b"/var/mail",
    b"/var/spool",
    b"/root/",
    b"/usr/local/",
    b"/usr/lib",
    b"/usr/bin",
    b"/bin/",
    b"/dev/",
    b"etc/passwd",
    b"etc/shadow",
    b"etc/hosts",
    b"etc/issue",
    b"etc/group",
    b"boot.ini",
    b"win.ini",
    b"system.ini",
    b"windows/",
    b"winnt/",
    b"system32",
    b"php.ini",
    b"httpd.conf",
    b"apache",
    b"access.log",
    b"access_log",
    b"error.log",
    b"error_log",
    b"nginx/",
    b"web-inf",
    b"web.xml",
    b"web.config",
    b"server.xml",
    b"tomcat",
    b".ssh/",
    b"id_rsa",
    b".aws/",
    b".htaccess",
    b".htpasswd",
    b".env",
    b".git/",
    b".bash_history",
    b"my.cnf",
    b"config.php",
    b"config.asp",
    b"config.inc",
    b"wp-config",
    b"administrator/",
    b"inetpub",
    b"/sam",
    b"passwd",
    b"shadow",
    b"unattend",
    b"global.asa",
    b"config.yml",
    b"settings.py",
    b"database.yml",
    b"/logs/",
    b"ntuser.dat",
    b"/conf/",
];

/// Files that hold secrets or accounts.
const SECRET: &[&[u8]] = &[
    b"etc/passwd",
    b"etc/shadow",
    b"boot.ini",
    b"win.ini",
    b"/proc/self",
    b"id_rsa",
    b".aws/credentials",
    b"system32",
    b"web-inf",
    b"wp-config",
    b"etc/hosts",
    b"etc/issue",
];

/// First folders of absolute paths that belong to the system.
const SYSTEM: &[&[u8]] = &[
    b"/etc",
    b"/proc",
    b"/sys",
    b"/root",
    b"/var",
    b"/usr",
    b"/opt",
    b"/run",
    b"/boot",
    b"/dev",
    b"/bin",
    b"/sbin",
    b"/lib",
    b"/system",
    b"/library",
    b"/private",
    b"/windows",
    b"/winnt",
    b"/program",
    b"/php",
    b"/xampp",
    b"/apache",
    b"/web",
    b"/nt4",
    b"/usr",
    b"/volumes",
    b"~",
];

#[expect(clippy::expect_used, reason = "the words are few and fixed")]
static SENSITIVE_PARTS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::DFA))
        .build(SENSITIVE)
        .expect("the automaton of a few words fits its limits")
});

/// Addresses that functions for files follow, in lower case.
const WRAPPERS: &[&[u8]] = &[
    b"php://filter",
    b"php://input",
    b"php://stdin",
    b"php://fd",
    b"expect://",
    b"phar://",
    b"zip://",
    b"compress.zlib://",
    b"compress.bzip2://",
    b"glob:///",
    b"ogg://",
    b"ssh2.shell:",
    b"ssh2.exec:",
    b"ssh2.sftp:",
    b"ssh2.scp:",
    b"ssh2.tunnel:",
    b"data://text/plain",
    b"data:application/x-httpd-php",
    b";base64,pd9",
    b"netdoc:///",
    b"jar:file:",
];

#[expect(clippy::expect_used, reason = "the words are few and fixed")]
static WRAPPER: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .build(WRAPPERS)
        .expect("the automaton of a few words fits its limits")
});

pub(super) static FILE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"file:"));
pub(super) static QUOTED_SHARE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"'\\\\"));

/// Finds an address that functions for files follow.
pub(super) fn wrapper(text: &[u8]) -> Option<std::ops::Range<usize>> {
    // Most colons stand behind `https` and words; few words end as a scheme of these addresses does.
    memchr::memchr2_iter(b':', b';', text).find_map(|at| {
        let (start, end) = (at.saturating_sub(16), text.len().min(at + 32));
        let next = text.get(at + 1).copied()?.to_ascii_lowercase();
        let possible = if text[at] == b';' {
            next == b'b'
        } else {
            let last = at
                .checked_sub(1)
                .map_or(0, |last| text[last].to_ascii_lowercase());
            b"ptrb2glca".contains(&last)
                && (matches!(next, b'/' | b'a' | b'f') || text[start..at].contains(&b'2'))
        };
        let found = possible.then(|| WRAPPER.find(&text[start..end])).flatten()?;
        Some(start + found.start()..start + found.end())
    })
}

fn normalised(path: &[u8]) -> Vec<u8> {
    let mut lower: Vec<u8> = path
        .iter()
        .take(2048)
        .map(|byte| {
            if *byte == b'\\' {
                b'/'
            } else {
                byte.to_ascii_lowercase()
            }
        })
        .collect();
    lower.dedup_by(|a, b| *a == b'/' && *b == b'/');
    lower
}

/// Whether `path` names a file of the system, of a server, or with secrets.
pub(super) fn is_sensitive(path: &[u8]) -> bool {
    let tail = &path[path.len().saturating_sub(2048)..];
    let path = normalised(tail);
    SENSITIVE_PARTS.is_match(&path)
}

/// Whether `path` names a file that holds secrets or accounts, or is the usual proof of an attack.
pub(super) fn is_secret(path: &[u8]) -> bool {
    let tail = &path[path.len().saturating_sub(2048)..];
    let path = normalised(tail);
    SECRET.iter().any(|part| memmem::find(&path, part).is_some())
}

/// Whether the absolute `path` leads into the system, a server or another person's secrets.
pub(super) fn is_system(path: &[u8]) -> bool {
    let lower = normalised(path);
    let rest = if lower.get(1) == Some(&b':') {
        &lower[2..]
    } else {
        &lower[..]
    };
    SYSTEM.iter().any(|folder| rest.starts_with(folder))
        || lower.get(1) == Some(&b':')
        || is_sensitive(&lower)
        || memmem::find(&lower, b"/.").is_some()
}
