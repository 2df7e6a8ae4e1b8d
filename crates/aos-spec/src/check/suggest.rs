//! "Did you mean": the known word closest to an unknown one.

/// How many pairs of letters one unknown word is compared over.
const FUEL: usize = 1 << 20;

/// Returns help that names the known word closest to an unknown one, if one is close enough.
#[must_use]
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut fuel = FUEL;
    closest(word, candidates, &mut fuel).map(|candidate| format!("did you mean `{candidate}`?"))
}

/// Returns the candidate that `word` most likely stands for, if one is close enough.
///
/// Each comparison takes from `fuel`; without any left nothing is close enough.
pub(super) fn closest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    fuel: &mut usize,
) -> Option<&'a str> {
    candidates
        .into_iter()
        .filter_map(|candidate| Some((distance(word, candidate, fuel)?, candidate)))
        .min()
        .map(|(_, candidate)| candidate)
}

/// Returns how many edits lead from `word` to `candidate`, when that is at most a third of the letters of the longer one. The
/// beginning of a longer word counts as one edit away from it.
fn distance(word: &str, candidate: &str, fuel: &mut usize) -> Option<usize> {
    let (shorter, longer) = (word.len().min(candidate.len()), word.len().max(candidate.len()));
    if shorter >= 3 && (candidate.starts_with(word) || word.starts_with(candidate)) {
        return Some(1);
    }
    let most = longer / 3;
    if longer - shorter > most {
        return None;
    }
    *fuel = fuel.checked_sub(shorter * longer)?;
    let distance = strsim::damerau_levenshtein(word, candidate);
    (distance <= most).then_some(distance)
}
