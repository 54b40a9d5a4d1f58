//! A list to pick from that is filtered as one types: earlier prompts, templates, drafts, files. What is picked goes
//! into compose.

pub mod view;

use crate::{
    app::App,
    compose, failures,
    key::Key,
    keymap::{Action, Ctx, Move, PickWhat, Why},
    layer::{Handle, LayerInput, Overlay, Wish},
    sights::state::Spot,
    store_errors, toast,
    widgets::{brush::Brush, editor::LineEditor, folder, steps::step},
};
use domain::{
    draft::Draft,
    picture,
    picture::{Typed, dropped, typed as typed_picture},
    reason::system::At,
    request::{Asked, ImageKind, StoredImage},
    task::Row,
    text::gist,
};
use engine::{
    effect::{Effect, Level, ListFor, LocalCmd, StoreCmd},
    filter::contains,
    folder::{EntryKind, Listing, split},
};
use ratatui::layout::{Position, Rect};
use std::{collections::BTreeSet, sync::Arc};
use words::{amounts::size, names, reason, tr};

/// Earlier prompts that are listed at most; a search finds the others.
const EARLIER: usize = 200;
/// What the store is asked for, to list those of archived tasks.
const ARCHIVE: &str = "archived:yes";

/// A list that has the keys.
#[derive(Clone, Debug)]
pub struct Picker {
    /// What it lists.
    pub what: PickWhat,
    /// What is searched for; among files, the path.
    pub query: LineEditor,
    /// The item under the cursor.
    pub at: usize,
    /// What is listed now.
    pub items: Vec<Item>,
    /// The folder whose files are listed, once it is known; or why it cannot be.
    pub listing: Option<Result<Listing, At>>,
    /// The archived tasks, among earlier prompts; `None` while the store is asked for them.
    pub archived: Option<Arc<[Row]>>,
}

impl Picker {
    /// The path of the picture under the cursor.
    fn picture(&self) -> Option<&str> {
        let (PickWhat::Pictures(_), Some(Ok(listing))) = (self.what, &self.listing) else { return None };
        let Take::File(path) = &self.items.get(self.at)?.take else { return None };
        let entry = listing.entries.iter().find(|entry| entry.path(&listing.folder) == *path)?;
        matches!(entry.kind, EntryKind::Picture { .. }).then_some(path)
    }

    /// The path that is searched for, among files: of one dropped on the terminal without its quotes.
    fn path(&self) -> String {
        dropped(self.query.text()).into_owned()
    }
}

/// One thing to pick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is, on one line.
    pub text: String,
    /// What is worth knowing about it.
    pub note: String,
    /// Why it cannot be taken; empty where it can.
    pub why_not: String,
    /// What is taken.
    pub take: Take,
}

/// What is taken with an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Take {
    /// A prompt takes the place of compose's.
    Prompt(String),
    /// A text goes into the prompt at the caret.
    Insert(String),
    /// An empty draft.
    Empty,
    /// A kept draft, by its id.
    Draft(i64),
    /// Compose's prompt becomes a template of that name.
    Keep(String),
    /// A folder is opened.
    Folder(String),
    /// A file's path.
    File(String),
}

/// Opens a list.
pub(crate) fn open(app: &mut App, what: PickWhat) -> Vec<Wish> {
    let start = match what {
        PickWhat::Pictures(field) => match typed_picture(
            failures::frame::value(app).as_deref().unwrap_or_else(|| compose::typed_text(app, field)),
        ) {
            Typed::Path(path) => path.to_owned(),
            Typed::Empty | Typed::Address(_) | Typed::Data(_) | Typed::Foreign(_) => String::new(),
        },
        PickWhat::History | PickWhat::Templates | PickWhat::Drafts | PickWhat::Prompts => String::new(),
    };
    let asks = what == PickWhat::History && store_errors::may_ask(app) && app.work.store.owner.is_some();
    let archived = (!asks).then(Arc::default);
    let mut picker = Picker { what, query: LineEditor::new(&start), at: 0, items: Vec::new(), listing: None, archived };
    picker.items = items(app, &picker);
    // The way back to the other draft is F8, Enter.
    picker.at = usize::from(what == PickWhat::Drafts && picker.items.len() > 1);
    let mut wishes = list(&picker);
    app.screen.open(picker);
    if asks {
        let (filter, at) = (ARCHIVE.to_owned(), app.work.now.wall);
        wishes.push(Wish::Effect(Effect::Store(StoreCmd::Archived { filter, at })));
    }
    wishes
}

/// The list that waits for the archive, whatever lies over it.
fn waiting(app: &App) -> Option<(usize, Picker)> {
    let layers = app.screen.layers.iter().enumerate();
    let mut pickers = layers.filter_map(|(at, layer)| Some((at, layer.of::<Picker>()?)));
    pickers.find(|(_, picker)| picker.archived.is_none()).map(|(at, picker)| (at, picker.clone()))
}

/// Archived tasks have come: their prompts are earlier ones, too.
pub(crate) fn archive_came(app: &mut App, filter: &str, rows: &[Row]) {
    let Some((at, mut picker)) = waiting(app).filter(|_| filter == ARCHIVE) else { return };
    picker.archived = Some(rows.into());
    picker.items = items(app, &picker);
    app.screen.layers[at] = picker.into();
}

/// The archive could not be read: nothing is waited for any more. Tells whether anything was.
pub(crate) fn archive_failed(app: &mut App) -> bool {
    let waited = waiting(app).is_some();
    archive_came(app, ARCHIVE, &[]);
    waited
}

/// Has the folder listed that the path speaks of.
fn list(picker: &Picker) -> Vec<Wish> {
    match picker.what {
        PickWhat::Pictures(_) | PickWhat::Prompts => {
            let typed = picker.path();
            vec![Wish::Effect(Effect::Local(LocalCmd::List { typed, purpose: ListFor::Picker }))]
        }
        PickWhat::History | PickWhat::Templates | PickWhat::Drafts => Vec::new(),
    }
}

impl Overlay for Picker {
    fn ctx(&self) -> Ctx {
        Ctx::Pick
    }

    fn handle(&self) -> Handle {
        handle
    }

    fn draw(&self, brush: &mut Brush<'_>, screen: Rect, app: &App) -> Option<Position> {
        Some(view::draw(brush, screen, self, app))
    }

    fn spots(&self, app: &App, screen: Rect) -> Vec<Spot> {
        view::spot(self, app, view::inner(screen)).into_iter().collect()
    }

    fn hints(&self, _: &App) -> Vec<(Ctx, Action)> {
        let keys = [Action::Accept, Action::Complete, Action::Delete, Action::Move(Move::Down), Action::Move(Move::Up)];
        keys.map(|action| (Ctx::Pick, action)).into()
    }
}

fn handle(app: &mut App, did: LayerInput<'_>) -> Option<Vec<Wish>> {
    let picker = app.screen.top_mut::<Picker>()?;
    match did {
        LayerInput::Key(key) => {
            if picker.query.key(key) {
                return Some(refresh(app));
            }
        }
        LayerInput::Paste(text) => {
            picker.query.paste(text);
            return Some(refresh(app));
        }
        LayerInput::Move(to) => go(app, to),
        LayerInput::Click(line) => picker.at = line,
        LayerInput::Accept => return Some(accept(app)),
        LayerInput::Back => return None,
    }
    Some(Vec::new())
}

/// The text has changed: the list follows, and another folder is listed where one is meant.
fn refresh(app: &mut App) -> Vec<Wish> {
    let Some(picker) = app.screen.take::<Picker>() else { return Vec::new() };
    let items = items(app, &picker);
    let known = match &picker.listing {
        Some(Ok(listing)) => listing.folder == split(&picker.path()).0,
        Some(Err(_)) | None => false,
    };
    let wishes = if known { Vec::new() } else { list(&picker) };
    app.screen.open(Picker { items, at: 0, ..picker });
    wishes
}

/// A folder was listed for the list on top.
pub(crate) fn listed(app: &mut App, typed: &str, result: Result<Listing, At>) {
    let Some(mut picker) = app.screen.take::<Picker>() else { return };
    if picker.path() == typed {
        picker.listing = Some(result);
        picker.items = items(app, &picker);
    }
    app.screen.open(picker);
}

/// Moves the cursor.
fn go(app: &mut App, to: Move) {
    let page = usize::from(app.screen.height / 2).max(1);
    if let Some(picker) = app.screen.top_mut::<Picker>() {
        picker.at = step(to, picker.at, picker.items.len(), page);
    }
}

/// Tab: the path goes on as far as it is certain; elsewhere the cursor goes down.
pub(crate) fn complete(app: &mut App) -> Vec<Wish> {
    let Some(picker) = app.screen.top_mut::<Picker>() else { return Vec::new() };
    let Some(Ok(listing)) = &picker.listing else {
        go(app, Move::Down);
        return Vec::new();
    };
    match folder::completed(&picker.path(), listing) {
        Some(path) if path != picker.query.text() => {
            picker.query = LineEditor::new(&path);
            refresh(app)
        }
        Some(_) | None => {
            go(app, Move::Down);
            Vec::new()
        }
    }
}

/// Enter: takes what is under the cursor.
fn accept(app: &mut App) -> Vec<Wish> {
    let Some(picker) = app.screen.take::<Picker>() else { return Vec::new() };
    let Some(item) = picker.items.get(picker.at).cloned() else {
        let typed = picker.path().trim().to_owned();
        // A path may lead where nothing is listed: what is wrong with it is said when it is read.
        if picker.what == PickWhat::Prompts && !typed.is_empty() {
            return compose::read_file(typed);
        }
        app.screen.open(picker);
        return Vec::new();
    };
    if !item.why_not.is_empty() {
        let text = format!("{}{}{}", item.text, tr!(": "), item.why_not);
        toast::show(app, Level::Warning, text, None);
        app.screen.open(picker);
        return Vec::new();
    }
    match (item.take, picker.what) {
        (Take::Folder(path), _) => {
            app.screen.open(Picker { query: LineEditor::new(&path), ..picker });
            refresh(app)
        }
        (Take::File(path), PickWhat::Pictures(_)) if failures::frame::field(app).is_some() => {
            failures::frame::take(app, &path)
        }
        (Take::File(path), PickWhat::Pictures(field)) => compose::take_path(app, field, &path),
        (Take::File(path), _) => compose::read_file(path),
        (Take::Prompt(text), _) => compose::take_prompt(app, &text),
        (Take::Insert(text), _) => compose::insert(app, &text),
        (Take::Keep(name), _) => compose::keep_template(app, name),
        (Take::Empty, _) => compose::take_draft(app, None),
        (Take::Draft(id), _) => compose::take_draft(app, Some(id)),
    }
}

/// Whether a key of the list can do that now.
///
/// # Errors
/// Why not.
pub(crate) fn possible(app: &App, action: Action) -> Result<(), Why> {
    match action {
        Action::Complete => lists_files(app),
        Action::Delete => deletes(app),
        _ => Ok(()),
    }
}

fn lists_files(app: &App) -> Result<(), Why> {
    match app.screen.top::<Picker>() {
        Some(picker) if matches!(picker.what, PickWhat::Pictures(_) | PickWhat::Prompts) => Ok(()),
        _ => Err(Why(tr!("There is no path to complete here").into())),
    }
}

fn deletes(app: &App) -> Result<(), Why> {
    match app.screen.top::<Picker>() {
        Some(picker) if matches!(picker.items.get(picker.at), Some(Item { take: Take::Draft(_), .. })) => Ok(()),
        _ => Err(Why(tr!("Only a draft can be deleted here").into())),
    }
}

/// Deletes the draft under the cursor.
pub(crate) fn delete(app: &mut App) -> Vec<Wish> {
    let Some(picker) = app.screen.top::<Picker>() else { return Vec::new() };
    let Some(Item { take: Take::Draft(id), .. }) = picker.items.get(picker.at) else { return Vec::new() };
    let (id, at) = (*id, picker.at);
    let wishes = compose::delete_draft(app, id);
    let _ = refresh(app);
    if let Some(picker) = app.screen.top_mut::<Picker>() {
        picker.at = at.min(picker.items.len().saturating_sub(1));
    }
    wishes
}

/// Brings back the draft deleted last; where none was, undoes in the text.
pub(crate) fn undo(app: &mut App) -> Vec<Wish> {
    let drafts = app.screen.top::<Picker>().is_some_and(|picker| picker.what == PickWhat::Drafts);
    let Some((id, wishes)) = drafts.then(|| compose::bring_back(app)).flatten() else {
        let undone = app.screen.top_mut::<Picker>().is_some_and(|picker| picker.query.key(Key::ctrl('_')));
        return if undone { refresh(app) } else { Vec::new() };
    };
    let _ = refresh(app);
    if let Some(picker) = app.screen.top_mut::<Picker>() {
        let here = |item: &Item| item.take == Take::Draft(id);
        picker.at = picker.items.iter().position(here).unwrap_or(0);
    }
    wishes
}

/// What a list holds for what is searched.
fn items(app: &App, picker: &Picker) -> Vec<Item> {
    let needle = picker.query.text().to_lowercase();
    let free = |text: String, note: String, take| Item { text, note, why_not: String::new(), take };
    match picker.what {
        PickWhat::History => earlier(app, picker.archived.as_deref().unwrap_or_default(), &needle),
        PickWhat::Templates => app
            .work
            .settings
            .compose
            .templates
            .iter()
            .filter(|(name, prompt)| contains(name, &needle) || contains(prompt, &needle))
            .map(|(name, prompt)| free(name.clone(), gist(prompt).into_owned(), Take::Insert(prompt.clone())))
            .chain(keeps(app, picker.query.text()))
            .collect(),
        PickWhat::Drafts => {
            let put_by = app.screen.compose.others.iter().filter(|kept| contains(&kept.draft.prompt, &needle));
            let empty = needle.is_empty().then(|| free(tr!("an empty draft").into(), String::new(), Take::Empty));
            let kept = put_by.map(|kept| {
                let note = kept.draft.parent.map(|key| tr!("edit of {key}", key));
                free(title(&kept.draft), note.unwrap_or_else(|| kept.draft.model.clone()), Take::Draft(kept.id))
            });
            empty.into_iter().chain(kept).collect()
        }
        PickWhat::Pictures(_) | PickWhat::Prompts => files(app, picker),
    }
}

/// The prompt as a new template, once there is one and a name for it was typed.
fn keeps(app: &App, typed: &str) -> Option<Item> {
    let (prompt, name) = (&app.screen.compose.draft.prompt, typed.trim());
    let templates = &app.work.settings.compose.templates;
    let is_new = !name.is_empty() && !templates.contains_key(name);
    let text = tr!("save the prompt as the template {name}", name);
    (is_new && !prompt.trim().is_empty()).then(|| Item {
        text,
        note: gist(prompt).into_owned(),
        why_not: String::new(),
        take: Take::Keep(name.to_owned()),
    })
}

fn title(draft: &Draft) -> String {
    if draft.prompt.trim().is_empty() { tr!("no prompt").into() } else { gist(&draft.prompt).into_owned() }
}

/// Every earlier prompt once, the newest first, those of the archive last.
fn earlier(app: &App, archived: &[Row], needle: &str) -> Vec<Item> {
    let mut seen = BTreeSet::new();
    let rows = app.work.tasks.rows.values().rev().chain(archived);
    rows.filter(|row| row.asked() == Asked::Known && !row.prompt().is_empty())
        .filter(|row| contains(row.prompt(), needle) && seen.insert(row.prompt()))
        .take(EARLIER)
        .map(|row| Item {
            text: gist(row.prompt()).into_owned(),
            note: format!("{} {}", row.key, names::state(row.state)),
            why_not: String::new(),
            take: Take::Prompt(row.prompt().to_string()),
        })
        .collect()
}

fn files(app: &App, picker: &Picker) -> Vec<Item> {
    let Some(Ok(listing)) = &picker.listing else { return Vec::new() };
    folder::candidates(&picker.path(), listing)
        .into_iter()
        .map(|entry| {
            let path = entry.path(&listing.folder);
            let (why_not, take) = match (&entry.kind, picker.what) {
                (EntryKind::Folder, _) => (String::new(), Take::Folder(path)),
                (EntryKind::Picture { kind, bytes, width, height }, PickWhat::Pictures(_)) => {
                    (unusable(app, *kind, *bytes, (*width, *height)), Take::File(path))
                }
                (EntryKind::Other { .. }, PickWhat::Pictures(_)) => {
                    (tr!("it is not a JPEG or PNG picture").to_owned(), Take::File(path))
                }
                (EntryKind::Picture { .. }, _) => (tr!("it is a picture, not prompts").to_owned(), Take::File(path)),
                (EntryKind::Other { .. }, _) => (String::new(), Take::File(path)),
            };
            let slash = if entry.kind == EntryKind::Folder { "/" } else { "" };
            let note = match (&entry.kind, picker.what) {
                (EntryKind::Picture { bytes, .. }, PickWhat::Pictures(_)) if *bytes > picture::MAX_BYTES => {
                    let fix = app.named(Ctx::Compose, Action::Fix);
                    tr!("{facts}, too large: {fix} sends a smaller copy", facts = facts(&entry.kind), fix)
                }
                (kind, _) => facts(kind),
            };
            Item { text: format!("{}{slash}", entry.name), note, why_not, take }
        })
        .collect()
}

/// Size and sides.
fn facts(kind: &EntryKind) -> String {
    match kind {
        EntryKind::Folder => tr!("folder").into(),
        EntryKind::Picture { kind, bytes, width, height } => {
            words::facts::picture_measures(*kind, (*width, *height), *bytes)
        }
        EntryKind::Other { bytes } => size(*bytes),
    }
}

/// Why a picture cannot be used with the draft's model. One that a smaller copy would mend can be: compose offers it.
fn unusable(app: &App, kind: ImageKind, bytes: u64, (width, height): (u32, u32)) -> String {
    let Some(spec) = failures::frame::spec(app).or_else(|| compose::spec(app)) else { return String::new() };
    let mends = bytes > picture::MAX_BYTES || kind == ImageKind::Webp;
    let image = StoredImage { sha256: String::new(), kind, bytes, width, height, path: String::new(), odd: Vec::new() };
    let faults = picture::faults_of_image(&image, spec, compose::profile::account(app).takes());
    faults
        .iter()
        .skip(usize::from(mends))
        .map(|why| reason::picture(why, &app.screen.voice).what)
        .next()
        .unwrap_or_default()
}
