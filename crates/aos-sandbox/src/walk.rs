//! The walk through the values of a plan, down to every string and key.

use aos_spec::{
    reference::{Reference, Segment},
    skill::InputKind,
};
use serde_json::Value;

use crate::{
    analysis::{Analysis, Steps},
    graph, mask,
    plan::{self, child, is_step_list},
    refs::{self, Place},
    rules::{Category, Rule},
    scan::{self, Found},
    sinks,
};

/// Where a string stands.
#[derive(Clone, Copy)]
pub(crate) struct Site<'a> {
    pub(crate) step: Option<(&'a str, &'a str)>,
    pub(crate) sink: InputKind,
    pub(crate) secret: bool,
}

impl Site<'_> {
    /// Returns a place outside any step.
    pub(crate) const fn of(sink: InputKind) -> Self {
        Self {
            step: None,
            sink,
            secret: false,
        }
    }
}

impl Analysis<'_> {
    /// Judges every string in `value`, and every key.
    pub(crate) fn walk(&mut self, value: &Value, pointer: &str, site: Site<'_>, steps: &Steps<'_>) {
        match value {
            Value::String(text) => self.text(text, pointer, site, steps),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.walk(item, &format!("{pointer}/{index}"), site, steps);
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    // The steps of a nested plan are judged as steps.
                    if !is_step_list(name, member) || site.step.is_none() {
                        self.member(name, member, &child(pointer, name), site, steps);
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Judges a member of an object: its key, its value, and the skills that it may name.
    pub(crate) fn member(
        &mut self,
        name: &str,
        value: &Value,
        pointer: &str,
        site: Site<'_>,
        steps: &Steps<'_>,
    ) {
        self.key(name, pointer, site);
        if site.sink != InputKind::FreeText {
            for (skill, path) in plan::named_skills(name, value) {
                if let Some(entry) = self.denied(skill) {
                    self.report_denied(skill, entry, &format!("{pointer}{path}"), site.step);
                }
            }
        }
        let secret = site.secret || mask::is_secret_name(name);
        self.walk(value, pointer, Site { secret, ..site }, steps);
    }

    /// Judges a key: one is as good a place for a payload as a value.
    pub(crate) fn key(&mut self, name: &str, pointer: &str, site: Site<'_>) {
        self.stats.n_strings += 1;
        self.stats.n_bytes += name.len();
        // What is declared is the value; a key is only a name.
        let sink = if site.sink == InputKind::FreeText {
            InputKind::FreeText
        } else {
            InputKind::Unknown
        };
        for found in scan::scan(name, sink, &self.limits) {
            self.report_found(&found, name, pointer, site, true);
        }
    }

    fn text(&mut self, text: &str, pointer: &str, site: Site<'_>, steps: &Steps<'_>) {
        self.stats.n_strings += 1;
        self.stats.n_bytes += text.len();
        let places = if site.step.is_some() {
            refs::find(text)
        } else {
            Vec::new()
        };
        self.stats.n_references += places.len();
        for place in &places {
            let rule = match &place.reference {
                None => Some(Rule::RefMalformed).filter(|_| site.sink != InputKind::FreeText),
                Some(reference) => graph::judge(reference, site.step.map_or("", |(id, _)| id), steps),
            };
            if let Some(rule) = rule {
                let found = Found {
                    rule,
                    level: rule.level(),
                    span: place.span.clone(),
                    chain: Vec::new(),
                };
                self.report_found(&found, text, pointer, site, false);
            }
        }
        // Nothing interprets it, so there is nothing to look for and no length to fear.
        if site.sink == InputKind::Opaque {
            return;
        }
        let references = places.iter().filter(|place| place.reference.is_some());
        let spans = references.map(|place| place.span.clone());
        if text.is_empty() || spans.clone().map(|span| span.len()).sum::<usize>() != text.len() {
            for found in self.scan(&refs::masked(text, spans), text, site) {
                self.report_found(&found, text, pointer, site, false);
            }
        }
        if let Some(joined) = with_defaults(text, &places, steps) {
            for mut found in self.scan(&joined, &joined, site) {
                found.span = 0..text.len();
                self.report_found(&found, text, pointer, site, false);
            }
        }
    }

    /// Returns what is found in `masked`, which is `written` without its references.
    fn scan(&self, masked: &str, written: &str, site: Site<'_>) -> Vec<Found> {
        let mut found = scan::scan(masked, site.sink, &self.limits);
        let is_ssrf = |found: &Found| found.rule.category() == Category::Ssrf;
        if found.iter().any(is_ssrf) && sinks::is_allowed_host(written, &self.options.allow_hosts) {
            found.retain(|found| !is_ssrf(found));
        }
        found
    }
}

/// Returns `text` with the defaults of parameters in the place of the references to them, when there are any: what is
/// harmless in two parts may not be when it is joined.
fn with_defaults(text: &str, places: &[Place], steps: &Steps<'_>) -> Option<String> {
    let default_of = |reference: &Reference| match (&reference.step, reference.path.as_slice()) {
        (None, [Segment::Name(name)]) => (*steps.parameters.get(name.as_str())?)?.as_str(),
        _ => None,
    };
    let (mut joined, mut done, mut has_default) = (String::new(), 0, false);
    for place in places {
        let Some(reference) = &place.reference else {
            continue;
        };
        let default = default_of(reference);
        has_default |= default.is_some();
        joined.push_str(&text[done..place.span.start]);
        joined.push_str(default.unwrap_or("x.x"));
        done = place.span.end;
    }
    joined.push_str(&text[done..]);
    has_default.then_some(joined)
}
