//! The words at which injected SQL can begin, found in one pass over the text.

use std::sync::LazyLock;

use aho_corasick::{
    AhoCorasick, AhoCorasickKind, MatchKind,
    packed::{self, Config, Searcher},
};

use super::profile::{self, Profile};

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
    "procedure",
    "outfile",
    "infile",
    "dumpfile",
    "exec",
    "extractvalue",
    "updatexml",
    "randomblob",
    "declare",
    "drop",
    "insert",
    "delete",
    "truncate",
    "shutdown",
    "openrowset",
    "httpuritype",
    "xmltype",
    "ctxsys",
    "limit",
    "update",
];

/// More of them, which hold an underscore.
const JOINED: &[&str] = &[
    "information_schema",
    "xp_",
    "sp_",
    "load_",
    "lo_",
    "dbms_",
    "utl_",
    "pg_",
    "gtid_",
    "sys_",
    "receive_message",
];

/// The words in lower case, found many bytes at a time; `None` on machines without such instructions.
static PACKED: LazyLock<Option<Searcher>> = LazyLock::new(|| pack(&[WORDS, JOINED]));

/// The same for texts without an underscore: fewer words are found faster.
static PACKED_PLAIN: LazyLock<Option<Searcher>> = LazyLock::new(|| pack(&[WORDS]));

fn pack(tables: &[&[&str]]) -> Option<Searcher> {
    Config::new()
        .match_kind(packed::MatchKind::LeftmostLongest)
        .builder()
        .extend(tables.concat())
        .build()
}

#[expect(clippy::expect_used, reason = "the words are few and fixed")]
static ANCHORS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .kind(Some(AhoCorasickKind::DFA))
        // Its words begin with most letters, so that looking for rare bytes first only costs time.
        .prefilter(false)
        .build([WORDS, JOINED].concat())
        .expect("the automaton of a few words fits its limits")
});

/// Calls `visit` with the start and end of each anchor.
pub(crate) fn visit(text: &[u8], profile: Profile, mut visit: impl FnMut(usize, usize)) {
    let packed = if profile.any(profile::UNDERSCORE) {
        &*PACKED
    } else {
        &*PACKED_PLAIN
    };
    let Some(packed) = packed else {
        for found in ANCHORS.find_iter(text) {
            visit(found.start(), found.end());
        }
        return;
    };
    let mut short = [0; 512];
    let long: Vec<u8>;
    let lower = match short.get_mut(..text.len()) {
        Some(lower) => {
            lower.copy_from_slice(text);
            lower.make_ascii_lowercase();
            &*lower
        }
        None => {
            long = text.to_ascii_lowercase();
            &long
        }
    };
    for found in packed.find_iter(lower) {
        visit(found.start(), found.end());
    }
}
