//! The words of SQL that the sandbox knows, and what each of them does in an expression.

/// What a keyword does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// `AND`, `OR`, `XOR`.
    Logic,
    /// An operator between two values, such as `LIKE`.
    Compare,
    /// `IS`, `IN`, `BETWEEN`: operators that English uses all the time.
    WeakCompare,
    /// `DIV`, `MOD`.
    Arithmetic,
    /// An operator before a value, such as `NOT`.
    Unary,
    /// `NULL`, `TRUE` and the like.
    Constant,
    /// `CASE`.
    Case,
    /// `WHEN`, `THEN`, `ELSE`.
    CasePart,
    /// `END`.
    CaseEnd,
    Select,
    Union,
    /// `ALL`, `DISTINCT`.
    Quantifier,
    From,
    Where,
    Having,
    /// `ORDER`, `GROUP`.
    Sort,
    By,
    Limit,
    Into,
    /// `AS`, `ASC`, `DESC`.
    Alias,
    /// `JOIN`, `ON`, `USING` and their companions.
    Join,
    Procedure,
    /// The first word of a statement that is not a query.
    Verb,
}

/// Keywords in upper case, sorted.
const KEYWORDS: &[(&str, Word)] = &[
    ("ALL", Word::Quantifier),
    ("ALTER", Word::Verb),
    ("AGAINST", Word::Compare),
    ("AND", Word::Logic),
    ("ANY", Word::Unary),
    ("AS", Word::Alias),
    ("ASC", Word::Alias),
    ("ATTACH", Word::Verb),
    ("BACKUP", Word::Verb),
    ("BEGIN", Word::Verb),
    ("BETWEEN", Word::WeakCompare),
    ("BINARY", Word::Unary),
    ("BULK", Word::Verb),
    ("BY", Word::By),
    ("CALL", Word::Verb),
    ("CASE", Word::Case),
    ("COLLATE", Word::Arithmetic),
    ("COPY", Word::Verb),
    ("CREATE", Word::Verb),
    ("CROSS", Word::Join),
    ("CURRENT_DATE", Word::Constant),
    ("CURRENT_TIME", Word::Constant),
    ("CURRENT_TIMESTAMP", Word::Constant),
    ("DECLARE", Word::Verb),
    ("DELETE", Word::Verb),
    ("DESC", Word::Alias),
    ("DISTINCT", Word::Quantifier),
    ("DISTINCTROW", Word::Quantifier),
    ("DIV", Word::Arithmetic),
    ("DROP", Word::Verb),
    ("ELSE", Word::CasePart),
    ("END", Word::CaseEnd),
    ("ESCAPE", Word::Arithmetic),
    ("EXEC", Word::Verb),
    ("EXECUTE", Word::Verb),
    ("EXISTS", Word::Unary),
    ("FALSE", Word::Constant),
    ("FOR", Word::Join),
    ("FROM", Word::From),
    ("GLOB", Word::Compare),
    ("GRANT", Word::Verb),
    ("GROUP", Word::Sort),
    ("HANDLER", Word::Verb),
    ("HAVING", Word::Having),
    ("IF", Word::Verb),
    ("ILIKE", Word::Compare),
    ("IN", Word::WeakCompare),
    ("INNER", Word::Join),
    ("INSERT", Word::Verb),
    ("INTERSECT", Word::Union),
    ("INTO", Word::Into),
    ("IS", Word::WeakCompare),
    ("JOIN", Word::Join),
    ("KILL", Word::Verb),
    ("LEFT", Word::Join),
    ("LIKE", Word::Compare),
    ("LIMIT", Word::Limit),
    ("LOAD", Word::Verb),
    ("MATCH", Word::Unary),
    ("MERGE", Word::Verb),
    ("MINUS", Word::Union),
    ("MOD", Word::Arithmetic),
    ("NATURAL", Word::Join),
    ("NOT", Word::Unary),
    ("NULL", Word::Constant),
    ("OFFSET", Word::Limit),
    ("ON", Word::Join),
    ("OR", Word::Logic),
    ("ORDER", Word::Sort),
    ("OUTER", Word::Join),
    ("PROCEDURE", Word::Procedure),
    ("REGEXP", Word::Compare),
    ("RENAME", Word::Verb),
    ("REPLACE", Word::Verb),
    ("REVOKE", Word::Verb),
    ("RIGHT", Word::Join),
    ("RLIKE", Word::Compare),
    ("SELECT", Word::Select),
    ("SET", Word::Verb),
    ("SHUTDOWN", Word::Verb),
    ("SIMILAR", Word::Compare),
    ("SOME", Word::Unary),
    ("SOUNDS", Word::Compare),
    ("THEN", Word::CasePart),
    ("TRUE", Word::Constant),
    ("TRUNCATE", Word::Verb),
    ("UNION", Word::Union),
    ("UNKNOWN", Word::Constant),
    ("UPDATE", Word::Verb),
    ("USE", Word::Verb),
    ("USING", Word::Join),
    ("VALUES", Word::Verb),
    ("WAITFOR", Word::Verb),
    ("WHEN", Word::CasePart),
    ("WHERE", Word::Where),
    ("WITH", Word::Verb),
    ("XOR", Word::Logic),
];

/// Returns what `word` does, in any case of letters.
pub(super) fn keyword(word: &[u8]) -> Option<Word> {
    let first = word.first()?.to_ascii_uppercase().wrapping_sub(b'A');
    let second = word.get(1).copied().unwrap_or(0) & 31;
    let lengths = LENGTHS.get(usize::from(first))?[usize::from(second)];
    if word.len() > 31 || lengths & 1 << word.len() == 0 {
        return None;
    }
    let range = STARTS.get(usize::from(first)..usize::from(first) + 2)?;
    KEYWORDS[range[0]..range[1]]
        .iter()
        .find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(word))
        .map(|(_, meaning)| *meaning)
}

/// For each first and second letter, the lengths of the keywords that begin with them, as bits: most words differ from
/// all keywords in one of the three.
static LENGTHS: [[u32; 32]; 26] = {
    let mut lengths = [[0; 32]; 26];
    let mut at = 0;
    while at < KEYWORDS.len() {
        let name = KEYWORDS[at].0.as_bytes();
        lengths[(name[0] - b'A') as usize][(name[1] & 31) as usize] |= 1 << name.len();
        at += 1;
    }
    lengths
};

/// Where the keywords with each first letter begin.
static STARTS: [usize; 27] = {
    let mut starts = [0; 27];
    let mut letter = 0;
    let mut at = 0;
    while letter < 26 {
        starts[letter] = at;
        while at < KEYWORDS.len() && KEYWORDS[at].0.as_bytes()[0] as usize == b'A' as usize + letter {
            at += 1;
        }
        letter += 1;
    }
    starts[26] = at;
    starts
};

/// Looks `word` up in a table that is sorted by its upper-case names.
pub(super) fn find<T: Copy>(table: &[(&str, T)], word: &[u8]) -> Option<T> {
    let mut upper = [0; 32];
    let upper = upper.get_mut(..word.len())?;
    upper.copy_from_slice(word);
    upper.make_ascii_uppercase();
    table
        .binary_search_by(|(name, _)| name.as_bytes().cmp(upper))
        .ok()
        .map(|index| table[index].1)
}

/// Whether `text` is an operator that no other language has as a word.
pub(super) fn is_technical_operator(text: &[u8]) -> bool {
    const OPERATORS: &[&str] = &[
        "regexp",
        "rlike",
        "xor",
        "div",
        "sounds like",
        "not like",
        "not regexp",
        "not rlike",
    ];
    let text = text.trim_ascii();
    OPERATORS
        .iter()
        .any(|operator| text.eq_ignore_ascii_case(operator.as_bytes()))
}

/// What calling a function in an injected value is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Danger {
    /// Makes the database wait or work: the answer to a blind question is its duration.
    Delay,
    /// Reaches files, programs or the network.
    Outside,
    /// Puts data into an error message.
    Error,
}

/// Functions and procedures that injected values call, in upper case, sorted. A name that is also a common word of
/// programs is judged by its place.
const FUNCTIONS: &[(&str, Danger)] = &[
    ("BENCHMARK", Danger::Delay),
    ("CTXSYS", Danger::Error),
    ("DBMS_LDAP", Danger::Outside),
    ("DBMS_LOCK", Danger::Delay),
    ("DBMS_PIPE", Danger::Delay),
    ("DBMS_SCHEDULER", Danger::Outside),
    ("DBMS_SESSION", Danger::Delay),
    ("DBMS_UTILITY", Danger::Error),
    ("DBMS_XMLGEN", Danger::Outside),
    ("EXTRACTVALUE", Danger::Error),
    ("GTID_SUBSET", Danger::Error),
    ("GTID_SUBTRACT", Danger::Error),
    ("HTTPURITYPE", Danger::Outside),
    ("LOAD_EXTENSION", Danger::Outside),
    ("LOAD_FILE", Danger::Outside),
    ("LO_EXPORT", Danger::Outside),
    ("LO_IMPORT", Danger::Outside),
    ("OPENDATASOURCE", Danger::Outside),
    ("OPENROWSET", Danger::Outside),
    ("PG_LS_DIR", Danger::Outside),
    ("PG_READ_BINARY_FILE", Danger::Outside),
    ("PG_READ_FILE", Danger::Outside),
    ("PG_SLEEP", Danger::Delay),
    ("PG_SLEEP_FOR", Danger::Delay),
    ("RANDOMBLOB", Danger::Delay),
    ("RECEIVE_MESSAGE", Danger::Delay),
    ("SP_EXECUTESQL", Danger::Outside),
    ("SP_OACREATE", Danger::Outside),
    ("SP_PASSWORD", Danger::Outside),
    ("SYS_EVAL", Danger::Outside),
    ("SYS_EXEC", Danger::Outside),
    ("UPDATEXML", Danger::Error),
    ("UTL_FILE", Danger::Outside),
    ("UTL_HTTP", Danger::Outside),
    ("UTL_INADDR", Danger::Outside),
    ("XMLTYPE", Danger::Error),
    ("XP_CMDSHELL", Danger::Outside),
    ("XP_DIRTREE", Danger::Outside),
    ("XP_FILEEXIST", Danger::Outside),
    ("XP_REGREAD", Danger::Outside),
    ("XP_REGWRITE", Danger::Outside),
    ("XP_SUBDIRS", Danger::Outside),
];

/// Returns what calling the function `name` is for, when it is one that injected values call.
pub(super) fn dangerous_function(name: &[u8]) -> Option<Danger> {
    find(FUNCTIONS, name)
}

/// Whether calling `name` tells an injected value where it is.
pub(super) fn is_probe(name: &[u8]) -> bool {
    const PROBES: &[&str] = &[
        "version",
        "user",
        "database",
        "current_user",
        "system_user",
        "session_user",
        "schema",
        "db_name",
        "user_name",
        "current_database",
        "sqlite_version",
        "host_name",
        "suser_sname",
        "banner",
        "current_schema",
    ];
    PROBES
        .iter()
        .any(|probe| name.eq_ignore_ascii_case(probe.as_bytes()))
}

/// Whether `name` is a system table or view, from which injected queries learn the schema.
pub(super) fn is_catalog(name: &[u8]) -> bool {
    const CATALOGS: &[&str] = &[
        "all_tab_columns",
        "all_tables",
        "all_users",
        "information_schema",
        "msysaccessobjects",
        "mysql",
        "pg_catalog",
        "pg_shadow",
        "pg_user",
        "sqlite_master",
        "sqlite_schema",
        "syscolumns",
        "sysdatabases",
        "sysibm",
        "sysobjects",
        "systables",
        "sysusers",
        "user_tab_columns",
        "user_tables",
        "v$version",
    ];
    CATALOGS
        .iter()
        .any(|catalog| name.eq_ignore_ascii_case(catalog.as_bytes()))
}
