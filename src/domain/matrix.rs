//! Many tasks from one draft: the alternatives of its prompt, and its lists of models, resolutions, durations and first
//! frames, each with each or one by one. Everything is worked out, checked and counted here before anything is queued.

use super::{
    braces::Template,
    catalogue::Catalogue,
    check,
    draft::{Draft, Field, Lists, Severity},
    picture::{ImageLook, Takes},
    reason::draft::{DraftReason, Lengths},
    request::Request,
};
use std::collections::HashSet;

/// A draft with everything that can stand for several values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    /// The draft; its prompt may hold alternatives, its [`Lists`] further values.
    pub draft: Draft,
    /// The pictures that its first frame stands for, where that is a folder or a pattern; empty otherwise.
    pub first_frames: Vec<String>,
}

impl From<Draft> for Matrix {
    fn from(draft: Draft) -> Self {
        Self { draft, first_frames: Vec::new() }
    }
}

/// What cells are checked against.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    /// The models.
    pub catalogue: &'a Catalogue,
    /// What the host takes and reaches.
    pub takes: Takes,
    /// What is known of the picture at a path.
    pub image: &'a dyn Fn(&str) -> ImageLook,
    /// The most tasks that may be made at once.
    pub most: usize,
    /// What becomes of a value that no combination can use.
    pub unusable: Unusable,
}

/// What becomes of a value that no combination can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// It is left out: compose keeps it for another model.
    LeftOut,
    /// It is a fault: a file asks for it.
    Fault,
}

/// One combination that can be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// What would be asked for.
    pub request: Request,
    /// How many tasks to make of it.
    pub count: usize,
    /// The user's own name for it.
    pub name: Option<String>,
}

/// One combination that cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impossible {
    /// Which of the matrices it comes from.
    pub of: usize,
    /// The combination.
    pub draft: Draft,
    /// Why not; at least one.
    pub reasons: Vec<DraftReason>,
}

/// What would be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What can be sent, in order.
    pub cells: Vec<Cell>,
    /// How many combinations came more than once and were left out: the same request, or the same fault in one matrix.
    pub duplicates: usize,
    /// What cannot be sent, in order.
    pub impossible: Vec<Impossible>,
    /// What looks wrong and can be sent anyway, with its field; each once.
    pub warnings: Vec<(Field, DraftReason)>,
}

impl Plan {
    /// How many tasks it makes.
    #[must_use]
    pub fn tasks(&self) -> usize {
        self.cells.iter().map(|cell| cell.count).sum()
    }
}

/// Works out all combinations. `Err` means that nothing can be made of it; single impossible cells stand in the plan.
///
/// # Errors
/// When there are more combinations than may be made at once, or lists to be taken one by one differ in length.
pub fn expand(matrices: &[Matrix], rules: &Rules<'_>) -> Result<Plan, DraftReason> {
    let mut asked = 0_usize;
    for matrix in matrices {
        let count = usize::try_from(matrix.draft.count).unwrap_or(usize::MAX).max(1);
        asked = asked.saturating_add(size(matrix)?.saturating_mul(count));
    }
    if asked > rules.most {
        return Err(DraftReason::TooMany { asked: Some(asked).filter(|n| *n != usize::MAX), most: rules.most });
    }
    let mut plan = Plan::default();
    if matrices.iter().any(|matrix| Template::parse(&matrix.draft.prompt).unbalanced) {
        plan.warnings.push((Field::Prompt, DraftReason::Unbalanced));
    }
    let mut seen = HashSet::new();
    for (of, matrix) in matrices.iter().enumerate() {
        for draft in cells(matrix, rules) {
            take(&mut plan, &mut seen, of, draft, rules);
        }
    }
    Ok(plan)
}

fn take(plan: &mut Plan, seen: &mut HashSet<(Request, Option<String>)>, of: usize, draft: Draft, rules: &Rules<'_>) {
    let faults = check::check(&draft, rules.catalogue, rules.takes, rules.image);
    let of_kind = |wanted| faults.iter().filter(move |fault| fault.severity == wanted);
    let Ok(request) = check::build(&draft, rules.catalogue, rules.takes, rules.image) else {
        let of_this = plan.impossible.iter().rev().take_while(|told| told.of == of);
        if of_this.into_iter().any(|told| told.draft == draft) {
            plan.duplicates += 1;
            return;
        }
        let reasons = of_kind(Severity::Error).map(|fault| fault.reason.clone()).collect();
        plan.impossible.push(Impossible { of, reasons, draft });
        return;
    };
    if !seen.insert((request.clone(), draft.name.clone())) {
        plan.duplicates += 1;
        return;
    }
    for warning in of_kind(Severity::Warning).map(|fault| (fault.field, fault.reason.clone())) {
        if !plan.warnings.contains(&warning) {
            plan.warnings.push(warning);
        }
    }
    let count = usize::try_from(draft.count).unwrap_or(usize::MAX);
    plan.cells.push(Cell { request, count, name: draft.name });
}

/// How many combinations there are, doubles and impossible ones among them.
///
/// # Errors
/// When lists to be taken one by one differ in length.
pub fn size(matrix: &Matrix) -> Result<usize, DraftReason> {
    let all = lengths(matrix).all();
    if !matrix.draft.lists.zip {
        return Ok(all.iter().fold(1, |product, length| product.saturating_mul(*length)));
    }
    let longest = all.into_iter().max().unwrap_or(1);
    if all.iter().any(|length| *length > 1 && *length != longest) {
        return Err(DraftReason::Unequal(lengths(matrix)));
    }
    Ok(longest)
}

/// Whether there is anything to combine: two lists or more.
#[must_use]
pub fn combines(matrix: &Matrix) -> bool {
    lengths(matrix).all().iter().filter(|length| **length > 1).count() > 1
}

fn lengths(matrix: &Matrix) -> Lengths {
    let Lists { models, resolutions, durations, .. } = &matrix.draft.lists;
    Lengths {
        models: models.len().max(1),
        prompts: Template::parse(&matrix.draft.prompt).count(),
        first_frames: matrix.first_frames.len().max(1),
        resolutions: resolutions.len().max(1),
        durations: durations.len().max(1),
    }
}

/// All combinations, each as a draft of its own. [`size`] was looked at before.
fn cells(matrix: &Matrix, rules: &Rules<'_>) -> Vec<Draft> {
    let one = Draft { lists: Lists::default(), ..matrix.draft.clone() };
    let Lists { models, resolutions, durations, zip } = &matrix.draft.lists;
    let mut cells = vec![one];
    let mut spread = |n: usize, set: &dyn Fn(&mut Draft, usize)| {
        if n == 0 {
            return;
        }
        if *zip && cells.len() > 1 {
            for (at, cell) in cells.iter_mut().enumerate() {
                set(cell, if n == 1 { 0 } else { at });
            }
            return;
        }
        cells = std::mem::take(&mut cells)
            .into_iter()
            .flat_map(|cell| {
                (0..n).map(move |at| {
                    let mut cell = cell.clone();
                    set(&mut cell, at);
                    cell
                })
            })
            .collect();
    };
    let prompts = Template::parse(&matrix.draft.prompt).variants();
    spread(prompts.len(), &|cell, at| cell.prompt.clone_from(&prompts[at]));
    spread(matrix.first_frames.len(), &|cell, at| cell.first_frame.clone_from(&matrix.first_frames[at]));
    spread(models.len(), &|cell, at| cell.model.clone_from(&models[at]));
    spread(resolutions.len(), &|cell, at| cell.resolution = Some(resolutions[at].clone()));
    spread(durations.len(), &|cell, at| cell.duration = Some(durations[at]));
    if rules.unusable == Unusable::LeftOut {
        leave_out_unused(&mut cells, rules.catalogue);
    }
    cells
}

/// A value that no combination can use was kept for another model and is not asked for. One that some can use is: the
/// others are impossible, which the person must be told.
fn leave_out_unused(cells: &mut [Draft], catalogue: &Catalogue) {
    let usable: Vec<Draft> =
        cells.iter().filter_map(|cell| Some(cell.for_model(catalogue.spec(&cell.model)?))).collect();
    if usable.is_empty() {
        return;
    }
    let first_frame = usable.iter().any(|cell| !cell.first_frame.is_empty());
    let last_frame = usable.iter().any(|cell| !cell.last_frame.is_empty());
    let subject = usable.iter().any(|cell| !cell.subject.is_empty());
    let resolution = usable.iter().any(|cell| cell.resolution.is_some());
    let duration = usable.iter().any(|cell| cell.duration.is_some());
    let fast = usable.iter().any(|cell| cell.fast_pretreatment);
    for cell in cells {
        if !first_frame {
            cell.first_frame.clear();
        }
        if !last_frame {
            cell.last_frame.clear();
        }
        if !subject {
            cell.subject.clear();
        }
        cell.resolution = cell.resolution.take().filter(|_| resolution);
        cell.duration = cell.duration.filter(|_| duration);
        cell.fast_pretreatment &= fast;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::{
        reason::draft::Closed,
        request::{ImageKind, StoredImage},
    };

    const HAILUO: &str = "MiniMax-Hailuo-02";
    const HAILUO_23: &str = "MiniMax-Hailuo-2.3";

    fn look(path: &str) -> ImageLook {
        let kind = ImageKind::Jpeg;
        let path = path.to_owned();
        ImageLook::Found(StoredImage {
            sha256: path.clone(),
            kind,
            bytes: 9,
            width: 800,
            height: 600,
            path,
            odd: Vec::new(),
        })
    }

    fn expanded(matrices: &[Matrix], most: usize) -> Result<Plan, DraftReason> {
        let catalogue = Catalogue::builtin();
        expand(
            matrices,
            &Rules { catalogue: &catalogue, takes: Takes::default(), image: &look, most, unusable: Unusable::LeftOut },
        )
    }

    fn draft(prompt: &str, lists: Lists) -> Draft {
        Draft { model: HAILUO.into(), prompt: prompt.into(), lists, ..Draft::default() }
    }

    /// Model, prompt, first frame, resolution and seconds of each cell.
    fn told(plan: &Plan) -> Vec<String> {
        plan.cells
            .iter()
            .map(|cell| {
                let r = &cell.request;
                let frame = r.first_frame.as_ref().map_or("-", |frame| frame.typed());
                format!(
                    "{} {} {frame} {} {}",
                    r.model.trim_start_matches("MiniMax-Hailuo-"),
                    r.prompt,
                    r.resolution,
                    r.duration
                )
            })
            .collect()
    }

    fn strings(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn each_value_is_taken_with_each() {
        let lists = Lists { models: strings(&[HAILUO, HAILUO_23]), durations: vec![6, 10], ..Lists::default() };
        let plan = expanded(&[draft("a {cat|dog}", lists).into()], 100).unwrap();
        assert_eq!(
            told(&plan),
            [
                "02 a cat - 768P 6",
                "02 a cat - 768P 10",
                "2.3 a cat - 768P 6",
                "2.3 a cat - 768P 10",
                "02 a dog - 768P 6",
                "02 a dog - 768P 10",
                "2.3 a dog - 768P 6",
                "2.3 a dog - 768P 10",
            ]
        );
        assert_eq!((plan.tasks(), plan.duplicates, plan.impossible), (8, 0, vec![]));
    }

    #[test]
    fn one_by_one_takes_the_first_with_the_first_and_repeats_single_values() {
        let lists = Lists { durations: vec![6, 10], zip: true, ..Lists::default() };
        let matrix = Matrix { draft: draft("{a|b}", lists), first_frames: strings(&["1.jpg", "2.jpg"]) };
        assert_eq!(told(&expanded(&[matrix], 100).unwrap()), ["02 a 1.jpg 768P 6", "02 b 2.jpg 768P 10"]);
    }

    #[test]
    fn one_by_one_refuses_lists_of_different_lengths() {
        let lists = Lists { durations: vec![6, 10], zip: true, ..Lists::default() };
        let lengths = Lengths { models: 1, prompts: 3, first_frames: 1, resolutions: 1, durations: 2 };
        assert_eq!(expanded(&[draft("{a|b|c}", lists).into()], 100), Err(DraftReason::Unequal(lengths)));
    }

    #[test]
    fn doubles_are_left_out_and_counted_and_impossible_cells_say_why() {
        let resolutions = strings(&["768P", "1080P"]);
        let lists = Lists { resolutions, durations: vec![6, 10], ..Lists::default() };
        let plan = expanded(&[draft("{a|a}", lists.clone()).into(), draft("a", lists).into()], 100).unwrap();
        assert_eq!(told(&plan), ["02 a - 768P 6", "02 a - 768P 10", "02 a - 1080P 6"]);
        assert_eq!(plan.duplicates, 7);
        let why = DraftReason::NoSuchDuration {
            model: HAILUO.into(),
            resolution: "1080P".into(),
            asked: 10,
            all: vec![6],
            elsewhere: strings(&["512P", "768P"]),
        };
        let found: Vec<_> = plan.impossible.into_iter().map(|cell| (cell.of, cell.reasons)).collect();
        assert_eq!(found, [(0, vec![why.clone()]), (1, vec![why])]);
    }

    #[test]
    fn a_value_that_only_some_models_take_makes_the_others_impossible_and_one_that_none_takes_is_left_out() {
        let lists = || Lists { models: strings(&[HAILUO, "T2V-01"]), ..Lists::default() };
        let some = Draft { first_frame: "1.jpg".into(), subject: "face.jpg".into(), ..draft("a", lists()) };
        let plan = expanded(&[some.into()], 100).unwrap();
        assert_eq!(told(&plan), ["02 a 1.jpg 768P 6"]);
        let closed = Closed::Frame {
            model: "T2V-01".into(),
            frame: Field::FirstFrame,
            resolution: "720P".into(),
            elsewhere: vec![],
        };
        assert_eq!(plan.impossible[0].reasons, [DraftReason::Closed(closed)]);
    }

    #[test]
    fn a_count_makes_several_of_each_and_the_most_is_held() {
        let plan = expanded(&[Draft { count: 3, ..draft("{a|b}", Lists::default()) }.into()], 6).unwrap();
        assert_eq!((plan.cells.len(), plan.tasks()), (2, 6));
        let too_many =
            |prompt: &str, most| expanded(&[Draft { count: 3, ..draft(prompt, Lists::default()) }.into()], most);
        assert_eq!(too_many("{a|b}", 5), Err(DraftReason::TooMany { asked: Some(6), most: 5 }));
        assert_eq!(too_many(&"{a|b}".repeat(99), 100), Err(DraftReason::TooMany { asked: None, most: 100 }));
    }

    #[test]
    fn two_names_are_two_tasks() {
        let named = |name: &str| Matrix::from(Draft { name: Some(name.into()), ..draft("a", Lists::default()) });
        let plan = expanded(&[named("x"), named("y"), named("x")], 100).unwrap();
        let names: Vec<Option<&str>> = plan.cells.iter().map(|cell| cell.name.as_deref()).collect();
        assert_eq!((names, plan.duplicates), (vec![Some("x"), Some("y")], 1));
    }

    #[test]
    fn only_two_lists_need_to_be_combined() {
        let durations = || Lists { durations: vec![6, 10], ..Lists::default() };
        assert!(!combines(&draft("a", durations()).into()));
        assert!(!combines(&draft("{a|b} {c|d}", Lists::default()).into()));
        assert!(combines(&draft("{a|b}", durations()).into()));
    }
}
