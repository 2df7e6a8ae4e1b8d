//! The words at which injected SQL can begin, found in one pass over the text.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// Words that the SQL lexer looks at more closely; each is rare in other texts.
const WORDS: &[&str] = &[
    "union",
    "intersect",
    "select",
    "sleep",
    "benchmark",
    "waitfor",
    "having",
    "order by",
    "order/**/by",
    "group by",
    "information_schema",
    "procedure",
    "outfile",
    "infile",
    "dumpfile",
    "exec",
    "xp_",
    "sp_",
    "load_",
    "lo_",
    "extractvalue",
    "updatexml",
    "dbms_",
    "utl_",
    "pg_",
    "gtid_",
    "randomblob",
    "declare",
    "drop",
    "insert",
    "delete",
    "truncate",
    "shutdown",
    "sys_",
    "openrowset",
    "httpuritype",
    "xmltype",
    "receive_message",
    "ctxsys",
    "limit",
    "update",
];

#[expect(clippy::expect_used, reason = "the words are few and fixed")]
static ANCHORS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .kind(Some(AhoCorasickKind::DFA))
        // Its words begin with most letters, so that looking for rare bytes first only costs time.
        .prefilter(false)
        .build(WORDS)
        .expect("the automaton of a few words fits its limits")
});

/// Calls `visit` with the start and end of each anchor at the beginning of a word.
pub(crate) fn visit(text: &[u8], mut visit: impl FnMut(usize, usize)) {
    for found in ANCHORS.find_iter(text) {
        visit(found.start(), found.end());
    }
}
