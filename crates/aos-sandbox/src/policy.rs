//! Which skills a plan may never call, however their names are written.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

/// The deny list that every sandbox starts from.
const DENIED: &str = include_str!("../data/denied_skills.txt");

/// The names of skills that are denied.
#[derive(Debug, Clone)]
pub struct DenyList {
    // INVARIANT: canonical names, and a superset of the built-in list.
    names: BTreeSet<String>,
}

impl DenyList {
    /// Returns the built-in list with `more` names. Nothing can be taken off the list.
    pub fn new<'a>(more: impl IntoIterator<Item = &'a str>) -> Self {
        let names = built_in()
            .map(canonical)
            .chain(more.into_iter().map(canonical))
            .filter(|name| !name.is_empty())
            .collect();
        Self { names }
    }

    /// Whether `skill` is on the list under any spelling, as a whole or behind a name space such as `tools/`.
    #[must_use]
    pub fn denies(&self, skill: &str) -> bool {
        if self.names.contains(&canonical(skill)) {
            return true;
        }
        // `mcp__server__shell_exec`, `tools/shell_exec@2`, `functions.shell_exec`.
        let skill = skill.split(['@', '#']).next().unwrap_or(skill);
        let parts: Vec<String> = skill
            .split(['/', ':', '.'])
            .flat_map(|part| part.split("__"))
            .map(canonical)
            .filter(|part| !part.is_empty())
            .collect();
        (1..parts.len()).any(|from| self.names.contains(&parts[from..].concat()))
            || self.names.contains(&parts.concat())
    }

    /// Returns the canonical names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }
}

impl Default for DenyList {
    fn default() -> Self {
        Self::new([])
    }
}

/// Returns the names of the built-in list, as they are written there.
pub fn built_in() -> impl Iterator<Item = &'static str> {
    DENIED
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Returns the name by which skills are compared: letters and digits only, folded to what they look like.
#[must_use]
pub fn canonical(skill: &str) -> String {
    let folded: String = skill.nfkc().flat_map(char::to_lowercase).collect();
    unicode_security::skeleton(&folded)
        .nfkd()
        .flat_map(char::to_lowercase)
        .filter(|character| character.is_alphanumeric())
        .map(|character| match character {
            // What fonts do not tell apart, and the skeleton joins on one side only.
            '0' => 'o',
            '1' | 'i' | '|' => 'l',
            other => other,
        })
        .collect()
}
