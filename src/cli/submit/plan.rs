//! What a `submit` stands for: one draft, a matrix of values, or a file of prompts. Every fault is told, and unless
//! `--partial` says otherwise one of them is enough to queue nothing.

use crate::{Outcome, Output, Stop, args::Submit, queries, say, text_of};
use ::io::{config::Loaded, drafts, files, prompts, run::exit::Exit};
use domain::{
    amount::{Amount, Money},
    batch_file::{BatchFile, Coding, Lines},
    draft::{Draft, Lists},
    export,
    matrix::{Cell, Plan},
    picture::of_url,
    prices::Quote,
    reason::draft::DraftReason,
    task::TaskKey,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read, Write},
    path::Path,
};
use words::voice::Voice;
use words::{amounts, combinations, names, problem::Problem, reason, tr};

/// Makes the plan and tells on stderr what is wrong with it. Beside it stand the tasks that lines of the file have
/// become before, by the names they were given.
pub(super) fn make(setup: &Loaded, order: &Submit) -> Result<(Plan, Vec<TaskKey>), Stop> {
    let Drafts { drafts: found, mut faults, known, columns } = drafts(setup, order)?;
    let (lines, found): (Vec<usize>, Vec<Draft>) = found.into_iter().unzip();
    let output = &Voice::default();
    let wrong = |why: DraftReason| Stop::of(Exit::Usage, reason::draft(&why, output));
    let plan = drafts::expand(setup, found).map_err(wrong)?;
    for cell in &plan.impossible {
        let line = lines.get(cell.of).copied().unwrap_or_default();
        let place = match (order.from.is_some(), lines.len() + plan.cells.len() > 1) {
            (true, _) => Some(tr!("line {line}", line)),
            (false, true) => Some(combinations::combination(&cell.draft)),
            (false, false) => None,
        };
        let told = |problem: Problem| match &place {
            Some(place) => format!("{place}{}{problem}", tr!(": ")),
            None => problem.to_string(),
        };
        faults.extend(cell.reasons.iter().map(|why| (line, told(reason::draft(why, output)))));
    }
    faults.sort_by_key(|(line, _)| *line);
    faults.iter().for_each(|(_, fault)| say(fault));
    plan.warnings.iter().for_each(|(_, why)| say(&tr!("warning: {warning}", warning = reason::draft(why, output))));
    combinations::duplicates(&plan).iter().for_each(|told| say(told));
    if let Some(columns) = columns {
        return Err(Stop::of(Exit::Usage, columns));
    }
    if plan.cells.is_empty() && known.is_empty() || (!faults.is_empty() && !order.partial) {
        say(tr!("nothing was queued"));
        return Err(Stop::Exit(Exit::Usage));
    }
    if order.name.is_some() && plan.tasks() > 1 {
        return Err(usage(tr!("{n} tasks cannot have one name", n = plan.tasks()), tr!("--name is for a single task")));
    }
    Ok((plan, known))
}

/// Shows what would be sent: each body laid out for reading, or one object a line with its price.
pub(super) fn dry_run(setup: &Loaded, plan: &Plan, typed: Option<Amount>, output: Output) -> Outcome {
    let mut out = std::io::stdout().lock();
    for cell in &plan.cells {
        let spec = setup.settings.catalogue.spec(&cell.request.model);
        let names = &setup.settings.profile.names;
        let body = if output.json {
            let quote = setup.settings.profile.price(&cell.request).or(typed.map(Quote::typed));
            export::json_line(&export::planned_json(
                &cell.request,
                quote,
                setup.settings.profile.currency(),
                spec,
                names,
            ))
        } else {
            export::request_json(&cell.request, spec, names)
        };
        for _ in 0..cell.count {
            writeln!(out, "{body}")?;
        }
    }
    let price = price(setup, plan, typed)?;
    let tasks = names::tasks(plan.tasks());
    say(&tr!("{tasks} would cost {price}; nothing was queued", tasks, price));
    Ok(Exit::Done)
}

/// The whole price.
///
/// # Errors
/// Nobody has said what one of them costs.
pub(super) fn price(setup: &Loaded, plan: &Plan, typed: Option<Amount>) -> Result<Money, Stop> {
    let price = |cell: &Cell| Ok(queries::price(setup, &cell.request, typed)?.times(cell.count));
    let sum = plan.cells.iter().map(price).sum::<Result<Amount, Stop>>()?;
    Ok(sum.of(setup.settings.profile.currency()))
}

fn usage(what: impl Into<String>, why: impl Into<String>) -> Stop {
    Stop::of(Exit::Usage, Problem::new(what, why, tr!("See `reeltop submit --help`.")))
}

/// Something of each line of a file, with its number.
type Numbered<T> = Vec<(usize, T)>;

/// What a call or its file holds.
#[derive(Default)]
struct Drafts {
    drafts: Numbered<Draft>,
    /// What is wrong with the lines that are none.
    faults: Numbered<String>,
    /// The tasks of lines that were queued before.
    known: Vec<TaskKey>,
    /// That it has columns which mean nothing: none of it is queued, whatever its lines are.
    columns: Option<Problem>,
}

/// The drafts, and all that is wrong, so that a file is corrected in one go.
fn drafts(setup: &Loaded, order: &Submit) -> Result<Drafts, Stop> {
    let base = base(setup, order);
    let Some(file) = &order.from else {
        if order.prompt.is_none() && order.first_frame.is_none() && order.last_frame.is_none() {
            return Err(usage(
                tr!("nothing to send"),
                tr!("no --prompt, --from, --first-frame or --last-frame was given"),
            ));
        }
        return Ok(Drafts { drafts: vec![(1, base)], ..Drafts::default() });
    };
    let Lines { records, coding, others } = read(file)?;
    if coding != Coding::Utf8 {
        say(&reason::read_as(&file.to_string_lossy(), coding));
    }
    let columns = (!others.is_empty() && !order.ignore_columns).then(|| {
        let next = tr!("Correct the first line, or leave them out with --ignore-columns.");
        Problem::new(reason::other_columns(&others), tr!("nothing was queued"), next)
    });
    if !others.is_empty() && columns.is_none() {
        say(&tr!("columns left out: {names}", names = others.join(tr!(", "))));
    }
    let mut found = BatchFile::of(records, &base);
    if found.drafts.is_empty() && found.faults.is_empty() {
        let none = || usage(tr!("nothing to send"), tr!("there is no prompt in {path}", path = file.display()));
        return Err(columns.map_or_else(none, |columns| Stop::of(Exit::Usage, columns)));
    }
    if let Some(warning) = combinations::braces_in_file(&found.with_alternatives()) {
        say(&tr!("warning: {warning}", warning));
    }
    let known = leave_out_known(setup, order, &mut found.drafts)?;
    let faults = found
        .faults
        .into_iter()
        .map(|(line, why)| (line, format!("{}{}{}", tr!("line {line}", line), tr!(": "), reason::line(&why))))
        .collect();
    Ok(Drafts { drafts: found.drafts, faults, known, columns })
}

fn base(setup: &Loaded, order: &Submit) -> Draft {
    let first = setup.settings.catalogue.default_model().map(|spec| spec.name.clone());
    let picture = |typed: &Option<String>| {
        let typed = typed.clone().unwrap_or_default();
        of_url(&typed).unwrap_or(typed)
    };
    let several = |values: &[String]| if values.len() > 1 { values.to_vec() } else { Vec::new() };
    Draft {
        model: order.model.first().cloned().or(first).unwrap_or_default(),
        prompt: order.prompt.clone().unwrap_or_default(),
        first_frame: picture(&order.first_frame),
        last_frame: picture(&order.last_frame),
        subject: picture(&order.subject),
        resolution: order.resolution.first().cloned(),
        duration: order.duration.first().copied(),
        optimizer: !order.no_optimizer,
        callback: order.callback.clone().unwrap_or_default(),
        count: order.count,
        name: order.name.clone(),
        lists: Lists {
            models: several(&order.model),
            resolutions: several(&order.resolution),
            durations: if order.duration.len() > 1 { order.duration.clone() } else { Vec::new() },
            zip: order.zip,
        },
        ..Draft::default()
    }
}

fn read(file: &Path) -> Result<Lines, Stop> {
    if file.as_os_str() != "-" {
        return prompts::load(text_of(file)?).map_err(|at| Stop::of(Exit::Usage, reason::system::unread(&at)));
    }
    let unreadable = |why: String| usage(tr!("stdin cannot be read"), why);
    let mut bytes = Vec::new();
    let most = files::MOST_TEXT;
    let read = std::io::stdin().take(most + 1).read_to_end(&mut bytes).map_err(|e| unreadable(e.to_string()))?;
    if read as u64 > most {
        return Err(unreadable(tr!("it is larger than {size}", size = amounts::size(most))));
    }
    prompts::read("-", &bytes).map_err(|why| unreadable(reason::system::system(&why)))
}

/// A name that a task of the store has already: that line was queued before, and the file can be given again. Gives
/// these tasks, in the order of the lines.
fn leave_out_known(setup: &Loaded, order: &Submit, drafts: &mut Numbered<Draft>) -> Result<Vec<TaskKey>, Stop> {
    let mut names: BTreeSet<String> = drafts.iter().filter_map(|(_, draft)| draft.name.clone()).collect();
    if names.is_empty() {
        return Ok(vec![]);
    }
    let mut known = BTreeMap::new();
    super::store_of_names(setup, order)?.tasks(|task| {
        known.extend(task.name.filter(|name| names.remove(name)).map(|name| (name, task.key)));
        if names.is_empty() { std::ops::ControlFlow::Break(()) } else { std::ops::ControlFlow::Continue(()) }
    })?;
    let task_of = |draft: &Draft| known.get(draft.name.as_ref()?).copied();
    let keys: Vec<TaskKey> = drafts.iter().filter_map(|(_, draft)| task_of(draft)).collect();
    drafts.retain(|(_, draft)| task_of(draft).is_none());
    if !keys.is_empty() {
        say(&match keys.len() {
            1 => tr!("1 line skipped: a task with that name already exists").to_owned(),
            n => tr!("{n} lines skipped: a task with that name already exists", n),
        });
    }
    Ok(keys)
}
