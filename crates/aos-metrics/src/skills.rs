//! The histograms of skills.

use std::{
    collections::BTreeMap,
    sync::{PoisonError, RwLock},
};

use aos_spec::SkillId;
use metrics::{Histogram, Recorder};

use crate::{
    catalogue::{MAX_SKILLS, Metric, OTHER},
    register,
};

/// One histogram for each of the first [`MAX_SKILLS`] skills, and one for all others.
pub(crate) struct BySkill {
    metric: Metric,
    skills: RwLock<BTreeMap<SkillId, Histogram>>,
    other: Histogram,
}

impl BySkill {
    pub(crate) fn new(recorder: &dyn Recorder, metric: Metric) -> Self {
        let other = register::histogram(recorder, &metric, Some(OTHER));
        Self {
            metric,
            skills: RwLock::default(),
            other,
        }
    }

    pub(crate) fn record(&self, recorder: &dyn Recorder, skill_id: &SkillId, value: f64) {
        let skills = self.skills.read().unwrap_or_else(PoisonError::into_inner);
        match skills.get(skill_id) {
            Some(histogram) => histogram.record(value),
            None if skills.len() >= MAX_SKILLS => self.other.record(value),
            None => {
                drop(skills);
                self.histogram(recorder, skill_id).record(value);
            }
        }
    }

    /// Returns the histogram of a skill that had none a moment ago.
    fn histogram(&self, recorder: &dyn Recorder, skill_id: &SkillId) -> Histogram {
        let mut skills = self.skills.write().unwrap_or_else(PoisonError::into_inner);
        if skills.len() >= MAX_SKILLS && !skills.contains_key(skill_id) {
            return self.other.clone();
        }
        let new = || register::histogram(recorder, &self.metric, Some(skill_id.as_str()));
        skills.entry(skill_id.clone()).or_insert_with(new).clone()
    }
}
