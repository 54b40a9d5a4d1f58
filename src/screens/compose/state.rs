//! Compose as state: the draft with the places of the cursors, and everything that is known around it.

use crate::widgets::editor::{LineEditor, PromptEditor};
use domain::{
    amount::Amount,
    batch_file::{BatchFile, Coding},
    draft::{Draft, Fault, Field, KeptDraft},
    reason::{picture::PictureReason, picture_file},
    request::{Request, StoredImage},
    task::TaskKey,
    time::Mono,
};
use engine::settings::Settings;
use std::collections::{BTreeMap, BTreeSet};

/// Compose: the draft with the places of the cursors.
#[derive(Clone, Debug)]
pub struct Compose {
    /// The prompt's text and caret.
    pub prompt: PromptEditor,
    /// The other fields' values; its `prompt` is brought up to date from the editor by `screens::compose`.
    pub draft: Draft,
    /// The row that has the keys.
    pub row: ComposeRow,
    /// The one-line editor of the row that has the keys, where that row is a text.
    pub line: LineEditor,
    /// Whether that row has only just got them: the first digit takes the place of the count that stands there.
    pub(super) arrived: bool,
    /// What the checks found, as of the last change.
    pub faults: Vec<Fault>,
    /// Pictures that were read, by the path as typed; `None` while one is being read.
    pub images: BTreeMap<String, Option<Result<StoredImage, picture_file::Fault>>>,
    /// What the attempts asked for that drafts repeat, for the diff and the rules; of one that is missing the store is
    /// asked.
    pub parents: BTreeMap<TaskKey, Request>,
    /// When the draft last changed and was not yet given to the store.
    pub unsaved_since: Option<Mono>,
    /// The draft's id.
    pub id: i64,
    /// Drafts as they were read from the store, by the id that they have there. Another program may hold the same ones.
    pub read: BTreeMap<i64, Draft>,
    /// Drafts that were kept when another one took their place, the last one first.
    pub others: Vec<KeptDraft>,
    /// As what the present edit began: unchanged it is not worth keeping.
    pub begun: Option<Draft>,
    /// The draft whose place the present edit took: the next new task goes on with it.
    pub before: Option<i64>,
    /// Drafts that were deleted, the last one last, each with its place among the others.
    pub deleted: Vec<(usize, KeptDraft)>,
    /// What earlier tasks say of the prompt, as of the last pause in typing.
    pub past: Vec<Fault>,
    /// The list of camera commands beside the caret.
    pub camera: CameraList,
    /// Pictures too large for the service, by the path as typed, of which a smaller copy can be made.
    pub shrinkable: BTreeSet<String>,
    /// The path that Tab cannot complete further: the next Tab goes to the next row.
    pub completed: Option<String>,
    /// A file of prompts whose pictures are being read.
    pub file: Option<File>,
    /// When the picture whose path is being typed is looked at.
    pub look_at: Option<Mono>,
    /// What the preview was asked for that opens as soon as the pictures have been read.
    pub wants_preview: Option<Asked>,
    /// The files that a folder or a pattern stands for, by the text as typed; `None` while it is being listed.
    pub folders: BTreeMap<String, Option<Result<Vec<String>, PictureReason>>>,
    /// What the draft would make, where that is more than one task of one kind.
    pub estimate: Option<Estimate>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComposeRow {
    Field(Field),
    /// The account that it is sent with; there only while several have a key.
    Profile,
    /// Whether lists are taken each with each or one by one; there only while there are two.
    Combine,
    /// The last row: opens the preview.
    Send,
}

/// The list beside the caret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CameraList {
    /// No bracket is open at the caret.
    #[default]
    Closed,
    /// It was sent away; it stays away until another bracket is opened.
    Dismissed,
    /// It is shown.
    Open {
        /// The command under the cursor.
        at: usize,
    },
}

/// Where a preview was asked for. Its Enter pays: it opens by itself only as long as nothing else was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The draft as it was.
    pub draft: Draft,
    /// The row that had the keys.
    pub row: ComposeRow,
}

/// A file of prompts that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Where it was asked for.
    pub asked: Asked,
    /// Its path as it was typed.
    pub path: String,
    /// How its text is written.
    pub coding: Coding,
    /// Columns that are no field.
    pub others: Vec<String>,
    /// What its lines say.
    pub lines: BatchFile,
}

/// What a draft of several values would make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// So many tasks.
    pub tasks: usize,
    /// Their price together; `None` where not all of it is known.
    pub price: Option<Amount>,
}

impl Compose {
    /// Compose with that draft in it, the caret in the prompt. A draft without a model gets the catalogue's first.
    #[must_use]
    pub fn new(settings: &Settings, draft: Draft) -> Self {
        let first = || settings.catalogue.models.first().map_or_else(String::new, |model| model.name.clone());
        let model = if draft.model.is_empty() { first() } else { draft.model.clone() };
        Self {
            prompt: PromptEditor::new(&draft.prompt),
            draft: Draft { model, ..draft },
            row: ComposeRow::Field(Field::Prompt),
            line: LineEditor::default(),
            arrived: false,
            faults: Vec::new(),
            images: BTreeMap::new(),
            parents: BTreeMap::new(),
            unsaved_since: None,
            id: 0,
            read: BTreeMap::new(),
            others: Vec::new(),
            begun: None,
            before: None,
            deleted: Vec::new(),
            past: Vec::new(),
            camera: CameraList::default(),
            shrinkable: BTreeSet::new(),
            completed: None,
            file: None,
            look_at: None,
            wants_preview: None,
            folders: BTreeMap::new(),
            estimate: None,
        }
    }

    /// Where a preview is asked for now.
    #[must_use]
    pub fn asked(&self) -> Asked {
        Asked { draft: self.draft.clone(), row: self.row }
    }

    /// What the attempt asked for that the draft repeats.
    #[must_use]
    pub fn parent_request(&self) -> Option<&Request> {
        self.parents.get(&self.draft.parent?)
    }
}
