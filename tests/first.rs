//! The first start and what a person keeps: the tour, a saved file that was deleted.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use std::fs;
use support::{
    Home, Service,
    pty::{Pty, at_the_service},
    until,
};

#[test]
fn the_tour_is_shown_at_the_first_start_and_never_again_after_esc() {
    let (_service, home, mut screen) = at_the_service();
    screen.shows("Press n to write a prompt");
    screen.shows("? shows all keys. Esc closes this tour.");
    screen.keys("\x1b");
    screen.hides("closes this tour");
    screen.shows("? shows all keys.");
    screen.keys("q");
    assert_eq!(screen.ended_with_the_terminal_as_found(), 0);
    let screen = Pty::ready(&home);
    screen.shows("No tasks yet");
    screen.hides("closes this tour");
}

#[test]
fn a_saved_file_that_was_deleted_is_said_to_be_missing_and_can_be_fetched_again() {
    let service = Service::start();
    let home = Home::new(&service.url());
    home.run(&["submit", "--prompt", "a cat", "--yes", "--max-cost", "1", "--wait"]).coded(0);
    let path = home.task(1).saved().unwrap().path.clone();
    fs::remove_file(&path).unwrap();
    let mut screen = Pty::sized(&home, 100, 40, &[]);
    screen.until("row and detail", |screen| {
        let text = screen.contents();
        text.matches("file missing").count() == 2 && text.contains("it is no longer there")
    });
    screen.keys("d");
    // Under another name: what was written beside the first one is still there.
    until("it is there again", || home.task(1).saved().is_some_and(|saved| fs::metadata(&saved.path).is_ok()));
    screen.hides("file missing");
    // Deleted while it is in sight: said when the task is opened.
    fs::remove_file(home.task(1).saved().unwrap().path.clone()).unwrap();
    screen.keys("\r");
    screen.shows("file missing");
    assert_eq!(service.sim().counts().submissions, 1);
}
