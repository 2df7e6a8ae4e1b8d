//! Which skills a plan may never call, however their names are written.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

/// The deny list that every sandbox starts from.
const DENIED: &str = include_str!("../data/denied_skills.txt");

/// The names of skills that are denied.
#[derive(Debug, Clone)]
pub struct DenyList {
    // INVARIANT: the entries by their canonical names, and a superset of the built-in list.
    entries: BTreeMap<String, String>,
}

impl DenyList {
    /// Returns the built-in list with `more` names. Nothing can be taken off the list.
    pub fn new<'a>(more: impl IntoIterator<Item = &'a str>) -> Self {
        let mut list = Self {
            entries: BTreeMap::new(),
        };
        built_in().for_each(|entry| list.add(entry));
        more.into_iter().for_each(|entry| list.add(entry));
        list
    }

    fn add(&mut self, entry: &str) {
        let name = canonical(entry);
        if !name.is_empty() {
            self.entries.entry(name).or_insert_with(|| entry.to_owned());
        }
    }

    /// Returns the entry that denies `skill` under any spelling, as a whole or behind a name space such as `tools/`.
    #[must_use]
    pub fn entry(&self, skill: &str) -> Option<&str> {
        let find = |name: String| self.entries.get(&name).map(String::as_str);
        if let Some(entry) = find(canonical(skill)) {
            return Some(entry);
        }
        // `mcp__server__shell_exec`, `tools/shell_exec@2`, `functions.shell_exec`.
        let skill = skill.split(['@', '#']).next().unwrap_or(skill);
        let parts: Vec<String> = skill
            .split(['/', ':', '.'])
            .flat_map(|part| part.split("__"))
            .map(canonical)
            .filter(|part| !part.is_empty())
            .collect();
        (0..parts.len()).find_map(|from| find(parts[from..].concat()))
    }

    /// Returns the canonical names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
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
