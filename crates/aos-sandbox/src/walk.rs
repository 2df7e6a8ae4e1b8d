//! The walk through the values of a plan, down to every string and key.

use serde_json::Value;

use aos_spec::skill::InputKind;

use crate::{
    analysis::{Analysis, Steps},
    graph, mask,
    plan::{self, child, is_step_list},
    refs,
    rules::{Category, Level, Rule},
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
                    let pointer = child(pointer, name);
                    if is_step_list(name, member) && site.step.is_some() {
                        continue;
                    }
                    self.key(name, &pointer, site);
                    if plan::SKILL_KEYS.contains(&name.as_str())
                        && member.as_str().is_some_and(|skill| self.denied(skill))
                    {
                        self.report_at(Rule::SkillDenied, Level::Violation, &pointer, site.step, None);
                    }
                    let secret = site.secret || mask::is_secret_name(name);
                    self.walk(member, &pointer, Site { secret, ..site }, steps);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
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
        for found in scan::scan(name, sink, &self.sandbox.options.limits) {
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
        let spans = places
            .into_iter()
            .filter(|place| place.reference.is_some())
            .map(|place| place.span);
        let masked = refs::masked(text, spans.clone());
        if spans.clone().map(|span| span.len()).sum::<usize>() == text.len() && !text.is_empty() {
            return;
        }
        for found in scan::scan(&masked, site.sink, &self.sandbox.options.limits) {
            if found.rule.category() == Category::Ssrf
                && sinks::is_allowed_host(text, &self.sandbox.options.allow_hosts)
            {
                continue;
            }
            self.report_found(&found, text, pointer, site, false);
        }
    }
}
