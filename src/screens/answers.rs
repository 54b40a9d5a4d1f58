//! What this machine answers: pictures read, folders listed, files of prompts, the editor's text.

use crate::{
    app::App,
    carry_out::carry_out,
    command_line, compose,
    compose::{check_again, path, pictures, prompt_changed},
    copy, failures,
    layer::Wish,
    pick, preview, toast,
    widgets::editing,
};
use engine::{
    effect::{Effect, Level, ListFor},
    msg::LocalMsg,
    user_files::UserFiles,
};
use words::reason;

/// Something of this machine's was answered: a picture, the editor, a player.
pub(crate) fn local(app: &mut App, msg: LocalMsg) -> Vec<Effect> {
    match msg {
        LocalMsg::Image { path, result, shrinks } => {
            let made_smaller = app.screen.compose.shrinkable.remove(&path);
            if let (true, Ok(image)) = (made_smaller, &result) {
                toast::show(app, Level::Info, pictures::made_smaller(image), None);
            }
            if shrinks {
                app.screen.compose.shrinkable.insert(path.clone());
            }
            app.screen.compose.images.insert(path, Some(result));
            return pictures_came(app, Vec::new());
        }
        LocalMsg::Listed { typed, purpose: ListFor::FirstFrames, result } => {
            let reads = pictures::listed(app, typed, result);
            return pictures_came(app, reads);
        }
        LocalMsg::Listed { typed, purpose: ListFor::Completion, result } => {
            let wishes = if failures::frame::field(app).is_some() {
                failures::frame::completes(app, &typed, result)
            } else {
                path::completes(app, &typed, result)
            };
            return carry_out(app, wishes);
        }
        LocalMsg::Listed { typed, purpose: ListFor::Command, result } => command_line::listed(app, &typed, result),
        LocalMsg::Listed { typed, purpose: ListFor::Picker, result } => pick::listed(app, &typed, result),
        LocalMsg::Prompts { path, result } => {
            let wishes = path::file_read(app, path, result);
            return carry_out(app, wishes);
        }
        LocalMsg::Edited { result: Ok(text) } => {
            // Editors end a file with a line end that nobody typed.
            let text = editing::clean(text.strip_suffix('\n').unwrap_or(&text));
            if app.screen.compose.prompt.text() != text {
                app.screen.compose.prompt.replace_all(&text);
            }
            prompt_changed(app);
        }
        LocalMsg::FileEdited { path, result: Ok(()) } => {
            preview::close_file(app);
            return carry_out(app, path::read_file(path));
        }
        LocalMsg::FileEdited { result: Err(why), .. } => {
            toast::show(app, Level::Warning, reason::editor::editor(&why).to_string(), None);
        }
        LocalMsg::Opened { path, result } => copy::opened(app, &path, result),
        LocalMsg::PutBy { what, bytes, path, result } => copy::put_by(app, &what, bytes, &path, result),
        LocalMsg::Exported { path, tasks, result } => copy::exported(app, &path, tasks, result),
        LocalMsg::UserFiles(UserFiles::TemplateKept { name, prompt, path, result }) => {
            compose::template_kept(app, (name, prompt), &path, result);
        }
        LocalMsg::Said { text } => toast::show(app, Level::Info, text, None),
        LocalMsg::Edited { result: Err(why) } => {
            toast::show(app, Level::Warning, reason::editor::editor(&why).to_string(), None);
        }
        // The key for the service is the engine's.
        LocalMsg::Key { .. } | LocalMsg::Seen { .. } | LocalMsg::UserFiles(UserFiles::FilesFound { .. }) => {}
    }
    Vec::new()
}

/// Pictures have come: the preview that waited for them opens once there is none left to wait for.
fn pictures_came(app: &mut App, mut wishes: Vec<Wish>) -> Vec<Effect> {
    check_again(app);
    wishes.extend(failures::frame::came(app));
    wishes.extend(path::go_on(app));
    wishes.extend(compose::came(app));
    carry_out(app, wishes)
}
