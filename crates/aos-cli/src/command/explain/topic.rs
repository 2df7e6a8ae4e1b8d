//! The topics of `aos explain`.

use crate::{
    exit::Exit,
    render::table::{Cell, Table},
};

/// A text on something that spans commands.
pub(super) struct Topic {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) text: fn() -> String,
}

pub(super) const TOPICS: &[Topic] = &[
    Topic {
        name: "environment",
        about: "variables that the program reads",
        text: environment,
    },
    Topic {
        name: "exit-codes",
        about: "what the exit code of every command means",
        text: exit_codes,
    },
    Topic {
        name: "files",
        about: "where skills read and write",
        text: || FILES.into(),
    },
    Topic {
        name: "ids",
        about: "how to name a run",
        text: || IDS.into(),
    },
    Topic {
        name: "inputs",
        about: "how to give a run its parameters",
        text: || INPUTS.into(),
    },
    Topic {
        name: "metrics",
        about: "how metrics and traces reach a monitoring system",
        text: || METRICS.into(),
    },
    Topic {
        name: "output",
        about: "what goes to standard output and standard error",
        text: || OUTPUT.into(),
    },
    Topic {
        name: "sandbox",
        about: "what plans of agents may do, and how they are judged",
        text: || SANDBOX.into(),
    },
    Topic {
        name: "signals",
        about: "what SIGINT and SIGTERM do",
        text: || SIGNALS.into(),
    },
    Topic {
        name: "stores",
        about: "where runs are kept",
        text: || STORES.into(),
    },
];

fn exit_codes() -> String {
    let mut table = Table::new(["CODE", "NAME", "MEANING"]);
    for exit in Exit::ALL {
        table.row([
            exit.number().to_string().into(),
            exit.name().into(),
            exit.meaning().into(),
        ]);
    }
    let rule = "The exit code depends on the outcome alone, never on how the answer is printed. `run`, `resume` and\n\
                `runs watch` end with the code of the run; other commands with 0 when they did what was asked.\n";
    format!("{rule}\n{}", table.render())
}

fn environment() -> String {
    let rows: [[&str; 2]; _] = [
        ["AOS_OUTPUT", "the default of --output"],
        ["AOS_PROGRESS", "the default of --progress"],
        ["AOS_STORE", "the default of --store"],
        ["AOS_POLICY", "the default of --policy"],
        ["AOS_SANDBOX", "the default of --sandbox"],
        ["AOS_GOLDEN_DIR", "the default of --golden"],
        [
            "AOS_GOLDEN_KEY_FILE",
            "a file of golden keys, one on each line; the first one signs",
        ],
        ["AOS_GOLDEN_KEY", "a golden key, `hex:` and its digits"],
        ["AOS_LOG", "a filter for the log, such as aos_engine=debug"],
        ["AOS_METRICS_FILE", "the default of --metrics-file"],
        [
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "where traces are sent, by a program built with the feature `otel`",
        ],
        ["NO_COLOR", "no colours, when set"],
        [
            "CLICOLOR_FORCE",
            "colours also where there is no terminal, when set",
        ],
        [
            "LC_ALL, LC_CTYPE, LANG",
            "symbols beyond ASCII are used when the first that is set names UTF-8",
        ],
    ];
    let mut table = Table::new(["VARIABLE", "MEANING"]);
    for row in rows {
        table.row(row.map(Cell::from));
    }
    format!(
        "An option on the command line comes before its variable.\n\n{}",
        table.render()
    )
}

const FILES: &str = "\
Skills that read or write files do so below one folder: that of `--files`, by default the current one. Paths in a
workflow are relative to it, not to the workflow file. A path cannot leave the folder, neither by `..` nor by a
symbolic link. Resume a run with the same folder that it was started with.
";

const IDS: &str = "\
A run is named by its id, by a suffix of its id of at least 4 characters that no other run shares, or by `latest`, the
run that was started last. Ids begin with the time, so lists show the tail, which tells them apart. An id of your own
(`aos run --run-id nightly-2026-11-23`) makes a run idempotent: asking again returns the stored result, or goes on
where the run was left. The same id with another workflow, seed or set of parameters is refused (exit code 9).
";

const INPUTS: &str = "\
A workflow declares its parameters under `inputs`, each with a type and perhaps a default.

  --input NAME=VALUE    VALUE is JSON where it then is of the declared type, and text otherwise
  --input NAME:=JSON    VALUE is JSON
  --input-file FILE     an object of parameters; --input replaces single ones

Unknown, missing and wrongly typed parameters are refused before anything runs (exit code 2).
";

const METRICS: &str = "\
`aos serve` answers Prometheus with what all processes do with a store. `aos run --metrics-addr ADDR` and `aos resume`
do so for one run while it goes on. Commands that end before they can be asked leave their counts in a file:

  --metrics-file FILE   adds what the command counted to the counts in FILE, for the textfile collector of
                        node_exporter; the name ends in `.prom`. Any command makes the file, with everything at zero

A program that was built with the feature `otel` sends traces of runs to a collector for OTLP over HTTP, when the
variable OTEL_EXPORTER_OTLP_ENDPOINT names one, such as http://127.0.0.1:4318. All spans of a run are of one trace,
whose id is the first 32 digits of the SHA-256 of the run id: `printf RUN_ID | sha256sum`. Spans hold ids, counts and
codes, nothing of what steps say. At its end the program waits for the collector, for three seconds at most.
";

const OUTPUT: &str = "\
Standard output holds the answer, standard error everything else: progress, notes, advice, errors.

  -o text     for people; may change in any release
  -o json     one JSON document: the answer, or {\"error\": {\"code\", \"message\", \"place\", \"advice\", ...}}
  -o jsonl    one JSON document per line: the events of a run as they happen, the items of a list
  -o none     nothing; the exit code is the answer

`aos run` answers with the outputs of the final steps (those on which no other step depends) as one JSON object, and
with `-o json` with the whole result. `aos schema` has the schemas. A reader that closes the pipe early is no error.
";

const SANDBOX: &str = "\
Every plan is judged before its first step, and the inputs of a step again just before its skill is called, when they
hold what earlier steps have answered. A refused run ends as `sandbox_rejected` (exit code 4) with all findings.

What protects you is what skills declare: a value that is bound as a parameter, a path below a folder, an address of a
public host, and that what outsiders wrote cannot choose a command, a statement, a host or a recipient. Detection of
attacks in text is the second line behind that: whoever may try often enough gets past any detector.

The sandbox is always on. A file for --sandbox (or AOS_SANDBOX) can make it stricter and move its limits:

  deny_skills = [\"send_money\"]       # besides the built-in list, under any spelling
  only_skills = [\"file_read\"]        # when given, no others
  allow_hosts = [\"localhost:8080\"]   # internal addresses that skills may connect to
  untrusted_planner = true             # the planner had read text by outsiders
  [limits]
  max_steps = 50                       # also max_plan_bytes, max_depth, max_string_bytes, max_decode_depth,
                                       # max_decode_views, max_findings

`aos plan check FILE` shows what it finds in a plan, `aos sandbox scan` in single texts. The rules are listed in
docs/sandbox-rules.md.
";

const SIGNALS: &str = "\
The first SIGINT (Ctrl-C) or SIGTERM lets the run reach a clean checkpoint: running attempts are cancelled, what has
ended is kept, and the program ends with 130 or 143. `aos resume` goes on from there. The second ends the program at
once; even then nothing that was durable is lost, and `aos resume` goes on. `aos serve` answers
what was asked and ends with 0.
";

const STORES: &str = "\
Runs are kept in a store. The default is the SQLite file `.aos/aos.db` in the current folder, made by the first run.

  sqlite:PATH    a SQLite file; made with its folder when it does not exist
  memory:        nothing is kept beyond this process

`--store` or AOS_STORE choose another one. `aos doctor` checks it.
";
