//! Statements: whether a verb has the companions that make it SQL and not English.

use super::{
    expression,
    token::{Kind, Lexer},
    words::{self, Word},
};

/// How much a statement can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Statement {
    /// A query, or one that changes rows.
    Ordinary,
    /// One that changes the schema, the server or the rights, or runs a program.
    Drastic,
}

/// Whether the text begins as a script does: with a statement that is not in parentheses.
pub(super) fn begins_script(text: &[u8]) -> bool {
    let first = Lexer::near(text, 0).look();
    let partial = [
        b"IF".as_slice(),
        b"SET",
        b"BEGIN",
        b"DECLARE",
        b"WAITFOR",
        b"EXEC",
        b"EXECUTE",
    ];
    let word = &text[first.start..first.end];
    matches!(first.kind, Kind::Keyword(_))
        && !partial.iter().any(|partial| word.eq_ignore_ascii_case(partial))
        && at(Lexer::near(text, 0)).is_some()
}

/// Whether the text begins with a statement that reads or changes rows; scripts that create tables come as one text.
pub(super) fn is_query(text: &[u8]) -> bool {
    let first = Lexer::near(text, 0).look();
    [
        b"SELECT".as_slice(),
        b"INSERT",
        b"UPDATE",
        b"DELETE",
        b"WITH",
        b"REPLACE",
        b"MERGE",
    ]
    .iter()
    .any(|word| text[first.start..first.end].eq_ignore_ascii_case(word))
}

/// Returns the statement that begins at `lexer`; `None` for anything else, such as a sentence with the same verb.
pub(super) fn at(mut lexer: Lexer<'_>) -> Option<Statement> {
    let mut verb = lexer.next();
    while verb.kind == Kind::Open {
        verb = lexer.next();
    }
    if !matches!(verb.kind, Kind::Keyword(Word::Verb | Word::Select)) {
        return None;
    }
    let mut buffer = [0; 12];
    let name = buffer.get_mut(..verb.end - verb.start)?;
    name.copy_from_slice(lexer.text(verb));
    name.make_ascii_uppercase();
    let name = &*name;
    let next = lexer.look();
    let is = |word: &str| lexer.text(next).eq_ignore_ascii_case(word.as_bytes());
    let any = |words: &[&str]| words.iter().any(|word| is(word));
    let drastic = |condition: bool| condition.then_some(Statement::Drastic);
    let ordinary = |condition: bool| condition.then_some(Statement::Ordinary);
    match name {
        b"SELECT" => ordinary(is_select_list(lexer)),
        b"WITH" => {
            let mut rest = lexer;
            rest.next();
            ordinary(
                next.kind == Kind::Name && {
                    let second = rest.next();
                    rest.text(second).eq_ignore_ascii_case(b"AS") && rest.look().kind == Kind::Open
                },
            )
        }
        b"INSERT" | b"REPLACE" | b"MERGE" => {
            let mut rest = lexer;
            rest.next();
            ordinary(
                any(&["INTO", "IGNORE"]) && is_name(rest.next().kind) && {
                    matches!(
                        rest.look().kind,
                        Kind::Open
                            | Kind::Dot
                            | Kind::End
                            | Kind::Keyword(Word::Verb | Word::Select | Word::Join)
                    )
                },
            )
        }
        b"UPDATE" => {
            let mut rest = lexer;
            rest.next();
            let second = rest.next();
            let third = rest.look();
            ordinary(
                next.kind == Kind::Name
                    && (rest.text(second).eq_ignore_ascii_case(b"SET") && is_name(third.kind)
                        || second.kind == Kind::Dot),
            )
        }
        b"DELETE" => {
            let mut rest = lexer;
            rest.next();
            if any(&["QUICK", "LOW_PRIORITY", "IGNORE", "TOP"]) {
                return ordinary(true);
            }
            ordinary(is("FROM") && is_name(rest.next().kind) && ends_clause(rest.look().kind))
        }
        b"DROP" | b"CREATE" | b"ALTER" | b"TRUNCATE" | b"RENAME"
            if matches!(next.kind, Kind::Name | Kind::Keyword(_)) =>
        {
            let object = any(&[
                "TABLE",
                "DATABASE",
                "SCHEMA",
                "VIEW",
                "USER",
                "INDEX",
                "PROCEDURE",
                "FUNCTION",
                "LOGIN",
                "ROLE",
                "TRIGGER",
                "SEQUENCE",
                "TABLESPACE",
                "OR",
                "TEMP",
                "TEMPORARY",
                "UNIQUE",
                "COLUMN",
                "EXTENSION",
                "SYSTEM",
                "SERVER",
            ]);
            let mut rest = lexer;
            rest.next();
            let named = is_name(rest.next().kind);
            let discarded = name == b"DROP" && next.kind == Kind::Name && {
                let mut rest = lexer;
                rest.next();
                rest.look().kind == Kind::Comment
            };
            drastic(
                discarded
                    || object && (named || rest.at >= lexer.at && rest.look().kind == Kind::End)
                    || name == b"TRUNCATE" && next.kind == Kind::Name && {
                        let mut rest = lexer;
                        rest.next();
                        ends_clause(rest.look().kind)
                    },
            )
        }
        b"EXEC" | b"EXECUTE" => drastic(
            matches!(next.kind, Kind::Open | Kind::Variable)
                || matches!(next.kind, Kind::Text { .. }) && next.start > verb.end
                || any(&["AS", "IMMEDIATE", "SP", "MASTER"])
                || words::dangerous_function(lexer.text(next)).is_some()
                || lexer.text(next).len() > 3
                    && matches!(&lexer.text(next).to_ascii_lowercase()[..3], b"xp_" | b"sp_"),
        ),
        b"DECLARE" => ordinary(
            next.kind == Kind::Variable || {
                let mut rest = lexer;
                rest.next();
                let kind = rest.next();
                next.kind == Kind::Name
                    && [
                        "INT", "INTEGER", "TEXT", "VARCHAR", "NVARCHAR", "CURSOR", "NUMBER", "VARCHAR2",
                        "CHAR",
                    ]
                    .iter()
                    .any(|name| rest.text(kind).eq_ignore_ascii_case(name.as_bytes()))
            },
        ),
        b"WAITFOR" => drastic(any(&["DELAY", "TIME"])),
        b"SHUTDOWN" => drastic(ends_clause(next.kind) || any(&["WITH"])),
        b"BEGIN" => ordinary(any(&[
            "DECLARE",
            "SHUTDOWN",
            "DBMS_LOCK",
            "EXECUTE",
            "USER_LOCK",
            "DBMS_SESSION",
        ])),
        b"IF" => ordinary(any(&["EXISTS"]) || next.kind == Kind::Open && is_condition(lexer)),
        b"CALL" => {
            let mut rest = lexer;
            rest.next();
            ordinary(next.kind == Kind::Name && matches!(rest.look().kind, Kind::Open | Kind::Dot))
        }
        b"COPY" => {
            let mut rest = lexer;
            rest.next();
            let then = rest.next();
            drastic(
                next.kind == Kind::Open
                    || next.kind == Kind::Name
                        && [b"FROM".as_slice(), b"TO"]
                            .iter()
                            .any(|word| rest.text(then).eq_ignore_ascii_case(word))
                        && matches!(
                            rest.look().kind,
                            Kind::Text { .. } | Kind::Name | Kind::Keyword(_)
                        ),
            )
        }
        b"GRANT" | b"REVOKE" => drastic(any(&[
            "ALL",
            "SELECT",
            "EXECUTE",
            "DBA",
            "CONNECT",
            "INSERT",
            "UPDATE",
            "CREATE",
            "JAVAUSERPRIV",
        ])),
        b"LOAD" => drastic(any(&["DATA", "XML"])),
        b"BULK" => drastic(any(&["INSERT"])),
        b"BACKUP" => drastic(any(&["DATABASE", "LOG"])),
        b"ATTACH" => drastic(any(&["DATABASE"]) || matches!(next.kind, Kind::Text { .. })),
        b"HANDLER" => {
            let mut rest = lexer;
            rest.next();
            let then = rest.next();
            ordinary(
                [b"OPEN".as_slice(), b"READ"]
                    .iter()
                    .any(|word| rest.text(then).eq_ignore_ascii_case(word)),
            )
        }
        b"SET" => ordinary(next.kind == Kind::Variable || any(&["GLOBAL", "SESSION"])),
        b"USE" => {
            let mut rest = lexer;
            rest.next();
            ordinary(
                next.kind == Kind::Name
                    && matches!(rest.look().kind, Kind::Semicolon | Kind::Keyword(Word::Verb)),
            )
        }
        b"KILL" => ordinary(next.kind == Kind::Number),
        _ => None,
    }
}

/// Whether a condition in parentheses asks the database; programs have conditions too.
fn is_condition(lexer: Lexer<'_>) -> bool {
    let reading = expression::read_clause(lexer);
    reading.n_certain + reading.n_selects + reading.n_probes > 0
        || reading.n_calls > 0 && reading.n_compare > 0 && reading.n_constants > 0 && reading.n_clauses > 0
}

/// Whether what stands behind `SELECT` can be a list of columns; in English a plain word follows a plain word.
pub(super) fn is_select_list(lexer: Lexer<'_>) -> bool {
    select_list(lexer, false)
}

/// Like [`is_select_list`], and a column may have another name behind it, as in `SELECT a b FROM c`.
pub(super) fn is_appended_list(lexer: Lexer<'_>) -> bool {
    select_list(lexer, true)
}

fn select_list(mut lexer: Lexer<'_>, aliases: bool) -> bool {
    while matches!(
        lexer.look().kind,
        Kind::Keyword(Word::Quantifier) | Kind::Open | Kind::Sign
    ) && lexer.text(lexer.look()) != b"*"
    {
        lexer.next();
    }
    let first = lexer.next();
    match first.kind {
        Kind::Sign
        | Kind::Number
        | Kind::Variable
        | Kind::Keyword(Word::Constant | Word::Case | Word::Unary) => {
            let renamed = matches!(lexer.look().kind, Kind::Name);
            !renamed
                || aliases && {
                    lexer.next();
                    matches!(
                        lexer.look().kind,
                        Kind::End | Kind::Comma | Kind::Comment | Kind::Keyword(Word::From)
                    )
                }
        }
        Kind::Text { closed, .. } => !closed || !matches!(lexer.look().kind, Kind::Name),
        Kind::Keyword(Word::Select) => true,
        Kind::End | Kind::Comment => false,
        _ => {
            // `TOP 1 x` and `LIMIT 1 x`.
            if first.kind == Kind::Name && lexer.look().kind == Kind::Number {
                lexer.next();
                return true;
            }
            let mut n_names = 0;
            loop {
                let next = lexer.next();
                match next.kind {
                    Kind::Open if n_names == 0 => return true,
                    Kind::Comma | Kind::Dot => {
                        n_names += 1;
                        if n_names > 8 {
                            return true;
                        }
                        let token = lexer.next();
                        if matches!(
                            token.kind,
                            Kind::Number | Kind::Variable | Kind::Text { .. } | Kind::Open
                        ) {
                            return true;
                        }
                    }
                    Kind::Operator | Kind::Logic | Kind::Compare => return true,
                    Kind::Keyword(Word::From) => {
                        let table = lexer.next().kind;
                        return matches!(table, Kind::Open)
                            || is_name(table) && {
                                let then = lexer.look();
                                ends_clause(then.kind)
                                    || matches!(then.kind, Kind::Dot | Kind::Comma | Kind::Keyword(_))
                            };
                    }
                    Kind::Keyword(Word::Alias) => {
                        lexer.next();
                    }
                    Kind::Name
                        if aliases
                            && matches!(
                                lexer.look().kind,
                                Kind::Comma | Kind::End | Kind::Keyword(Word::From)
                            ) =>
                    {
                        if lexer.look().kind == Kind::End {
                            return n_names > 0 || lexer.text(next).first() == Some(&b'`');
                        }
                    }
                    _ => return false,
                }
            }
        }
    }
}

const fn is_name(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Name | Kind::Variable | Kind::Keyword(Word::Procedure | Word::Verb) | Kind::Text { .. }
    )
}

/// Whether a statement, or a clause of one, can end here.
const fn ends_clause(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::End
            | Kind::Comment
            | Kind::Semicolon
            | Kind::Close
            | Kind::Text { .. }
            | Kind::Keyword(Word::Where | Word::Limit | Word::Sort | Word::Union)
    )
}
