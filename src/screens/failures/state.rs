//! The screen of failures by cause, as state: the causes, what was decided about each, and what is being mended.

use crate::{
    failures::{Cluster, ClusterId, Remedy},
    widgets::editor::{LineEditor, PromptEditor},
};
use domain::{
    cluster::Template,
    draft::Field,
    task::{TaskKey, TaskState},
    time::Mono,
};
use std::collections::{BTreeMap, BTreeSet};

/// Failures by cause.
#[derive(Clone, Debug)]
pub(crate) struct FailuresView {
    /// The causes.
    pub clusters: Vec<Cluster>,
    /// The chosen one; after the last comes the line that sends.
    pub at: usize,
    /// How the causes that must be mended were mended.
    pub fixes: BTreeMap<ClusterId, Fix>,
    /// Causes taken out of the plan.
    pub left_out: BTreeSet<ClusterId>,
    /// Causes taken in unchanged, though something else would fit.
    pub taken_in: BTreeSet<ClusterId>,
    /// The counts of tasks when the causes were last gathered.
    pub counts: [usize; TaskState::COUNT],
}

impl FailuresView {
    /// The view of these causes, nothing decided.
    #[must_use]
    pub(crate) fn new(clusters: Vec<Cluster>, counts: [usize; TaskState::COUNT]) -> Self {
        Self { clusters, at: 0, fixes: BTreeMap::new(), left_out: BTreeSet::new(), taken_in: BTreeSet::new(), counts }
    }

    /// Whether the plan has this cause: it can go again as it is, or was mended.
    #[must_use]
    pub(crate) fn has(&self, cluster: &Cluster) -> bool {
        let able = match cluster.remedy {
            Remedy::Again => true,
            Remedy::EditPrompts | Remedy::FixField(_) => {
                self.fixes.contains_key(&cluster.id) || self.taken_in.contains(&cluster.id)
            }
            Remedy::Settle => false,
        };
        able && !self.left_out.contains(&cluster.id)
    }

    /// What the plan has.
    pub(crate) fn planned(&self) -> impl Iterator<Item = &Cluster> {
        self.clusters.iter().filter(|cluster| self.has(cluster))
    }

    /// Goes to the next cause that must be mended, or to the line that sends.
    pub(crate) fn go_on_to_next(&mut self) {
        let open = |cluster: &Cluster| {
            matches!(cluster.remedy, Remedy::EditPrompts | Remedy::FixField(_))
                && !self.fixes.contains_key(&cluster.id)
                && !self.taken_in.contains(&cluster.id)
                && !self.left_out.contains(&cluster.id)
        };
        self.at = self.clusters.iter().position(open).unwrap_or(self.clusters.len());
    }
}

/// How a cause was mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fix {
    /// The shared part of the prompts as it is to be.
    Prompts {
        /// What the prompts share.
        template: Template,
        /// The shared part, edited.
        text: String,
    },
    /// A field is set to one value for all.
    Field {
        field: Field,
        /// Its value as typed.
        value: String,
    },
}

/// What is being mended.
#[derive(Clone, Debug)]
pub(crate) struct Mend {
    /// The cause.
    pub cluster: ClusterId,
    pub keys: Vec<TaskKey>,
    /// The editor.
    pub what: MendWhat,
    /// Why it could not be kept.
    pub fault: Option<String>,
    /// When the picture whose path is being typed is looked at.
    pub look_at: Option<Mono>,
    /// Whether it is kept as soon as its picture has been looked at.
    pub wants: bool,
}

/// What is edited.
#[derive(Clone, Debug)]
pub(crate) enum MendWhat {
    /// The shared part of the prompts.
    Prompts {
        /// What the prompts share.
        template: Template,
        /// The shared part.
        editor: Box<PromptEditor>,
    },
    /// A field's value.
    Field {
        field: Field,
        /// Its value.
        line: LineEditor,
    },
}

impl MendWhat {
    /// The shared part of these prompts, as it was mended before or as it is.
    #[must_use]
    pub(crate) fn prompt(prompts: &[&str], before: Option<&Fix>) -> Self {
        let template = Template::of(prompts);
        let text = match before {
            Some(Fix::Prompts { text, .. }) => text.clone(),
            Some(Fix::Field { .. }) | None => template.text(),
        };
        Self::Prompts { editor: Box::new(PromptEditor::new(&text)), template }
    }
}
