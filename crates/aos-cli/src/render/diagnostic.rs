//! Errors and problems in the form that rustc made familiar: a title with a code, the place with an excerpt, help.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use aos_sandbox::{SandboxFinding, rules};
use aos_spec::check::{Location, Problem};

use super::{style, untrusted};
use crate::error::CliError;

/// What stands for a secret in what the sandbox shows.
const MASK: &str = "[masked]";

/// How many problems of one file are shown to people; `-o json` lists all.
const MAX_SHOWN: usize = 50;

/// How many bytes of a line are shown on either side of a place, so that a minified file stays readable.
const MARGIN: usize = 120;

/// Something to show about a file.
struct Shown<'a> {
    level: Level<'static>,
    id: &'a str,
    message: &'a str,
    pointer: &'a str,
    location: Option<Location>,
    /// Whether the text at the place may be shown.
    has_excerpt: bool,
    help: &'a str,
}

/// Returns the problems of the file `name`, in the order of their places.
pub(crate) fn problems(name: &str, source: &str, problems: &[Problem]) -> String {
    let shown = problems.iter().map(|problem| Shown {
        level: Level::ERROR,
        id: problem.code.as_str(),
        message: &problem.message,
        pointer: &problem.pointer,
        location: problem.location,
        has_excerpt: true,
        help: problem.help.as_deref().unwrap_or(problem.code.info().advice),
    });
    list(name, source, "problems", shown.collect())
}

/// Returns the findings of the sandbox in the file `name`, in the order of their places. Where a finding is about a
/// secret, the text is not shown.
pub(crate) fn findings(name: &str, source: &str, findings: &[(&SandboxFinding, Option<Location>)]) -> String {
    let shown = findings.iter().map(|(finding, location)| Shown {
        level: match finding.level {
            rules::Level::Violation => Level::ERROR,
            rules::Level::Warning => Level::WARNING,
        },
        id: finding.rule_id.id(),
        message: &finding.message,
        pointer: &finding.pointer,
        location: *location,
        has_excerpt: !finding.excerpt.contains(MASK),
        help: finding.fix,
    });
    list(name, source, "findings", shown.collect())
}

fn list(name: &str, source: &str, what: &str, mut shown: Vec<Shown<'_>>) -> String {
    shown.sort_by_key(|shown| shown.location.map_or(0, |location| location.start));
    let mut text = String::new();
    for shown in shown.iter().take(MAX_SHOWN) {
        text.push_str(&render(name, source, shown));
        text.push('\n');
    }
    if shown.len() > MAX_SHOWN {
        let more = shown.len() - MAX_SHOWN;
        text.push_str(&format!("... and {more} more {what}; `-o json` lists them all\n"));
    }
    text
}

fn render(name: &str, source: &str, shown: &Shown<'_>) -> String {
    let title = shown.level.clone().primary_title(shown.message).id(shown.id);
    let excerpt = shown
        .location
        .filter(|_| shown.has_excerpt)
        .and_then(|location| Excerpt::new(source, location));
    let mut group = title.elements(None::<Origin<'_>>);
    match (&excerpt, shown.location) {
        (Some(excerpt), Some(location)) => {
            let mut snippet = Snippet::source(excerpt.line.as_str())
                .line_start(location.line)
                .annotation(AnnotationKind::Primary.span(excerpt.span.clone()));
            if excerpt.is_cut {
                group = group.element(place(name, location));
            } else {
                snippet = snippet.path(name);
            }
            group = group.element(snippet);
        }
        (_, Some(location)) => group = group.element(place(name, location)),
        (_, None) if shown.pointer.is_empty() => group = group.element(Origin::path(name)),
        (_, None) => group = group.element(Origin::path(format!("{name}#{}", shown.pointer))),
    }
    let help = Group::with_title(Level::HELP.secondary_title(untrusted(shown.help)));
    Renderer::styled().render(&[group, help])
}

fn place(name: &str, location: Location) -> Origin<'_> {
    Origin::path(name)
        .line(location.line)
        .char_column(location.column)
}

/// The line of a place, or what of it is near the place.
struct Excerpt {
    line: String,
    span: Range<usize>,
    is_cut: bool,
}

impl Excerpt {
    fn new(source: &str, location: Location) -> Option<Self> {
        let before = source.get(..location.start)?;
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = source[location.start..]
            .find('\n')
            .map_or(source.len(), |at| location.start + at);
        let is_cut = line_end - line_start > 2 * MARGIN;
        let (from, to) = if is_cut {
            let from = source.ceil_char_boundary(line_start.max(location.start.saturating_sub(MARGIN)));
            (
                from,
                source.floor_char_boundary(line_end.min(location.start + MARGIN)),
            )
        } else {
            (line_start, line_end)
        };
        let ellipsis = if from > line_start { "..." } else { "" };
        let rest = if to < line_end { "..." } else { "" };
        let line = format!("{ellipsis}{}{rest}", source[from..to].trim_end_matches('\r'));
        let start = location.start - from + ellipsis.len();
        let end = location.end.clamp(location.start, to) - from + ellipsis.len();
        Some(Self {
            line,
            span: start..end,
            is_cut,
        })
    }
}

/// Returns an error with its place and advice.
pub(crate) fn error(error: &CliError) -> String {
    let mut text = String::new();
    if let Some(report) = &error.problems {
        text.push_str(&report.text);
    }
    let title = Level::ERROR.primary_title(&error.message).id(error.code.as_str());
    let place = error.place.as_deref().map(Origin::path);
    text.push_str(&Renderer::styled().render(&[title.elements(place)]));
    text.push('\n');
    for advice in &error.advice {
        text.push_str(&help(advice));
    }
    text
}

/// Returns a line of advice.
pub(crate) fn help(advice: &str) -> String {
    format!("{}: {}\n", style::paint(style::HELP, "help"), untrusted(advice))
}
