use super::*;
use crate::config;
use domain::task::TaskKey;
use engine::effect::SaveTarget;
use service::answer::Address;

#[tokio::test]
async fn a_command_that_takes_too_long_is_ended() {
    let shell = |script, limit| {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        async move { ended(quiet(&mut command), limit).await.unwrap().map(|status| status.code()) }
    };
    assert_eq!(shell("sleep 60; true", Duration::ZERO).await, None);
    assert_eq!(shell("exit 3", NOTIFY_LIMIT).await, Some(Some(3)));
}

#[tokio::test]
async fn a_download_without_a_downloader_is_answered_as_failed() {
    let home = tempfile::tempdir().unwrap();
    let folder = || home.path().to_owned();
    let folders = config::Folders { home: folder(), config: folder(), data: folder() };
    let setup = config::load(&config::Wanted::default(), &folders).unwrap();
    let (to, mut told) = tokio::sync::mpsc::unbounded_channel();
    let workers = Workers {
        store: store::open(setup.at(), |_| ()),
        setup: Arc::new(setup),
        to,
        hook: Arc::default(),
        clients: Clients::default(),
        leases: Mutex::default(),
        looker: OnceLock::new(),
        speech: Speech { reason: |_| String::new(), carried: |_| serde_json::Value::Null },
        listener: None,
    };
    let address = Address { url: "https://files.example/a".into(), backup: None, bytes: None, expires: None };
    let target = SaveTarget { dir: "/v".into(), name: "a.mp4".into(), sidecar: None, stall_ms: 1 };
    let key = TaskKey(7);
    workers.save("302ai", SaveCmd::Stop { key });
    workers.save("302ai", SaveCmd::Start { key, ticket: 3, address: Box::new(address), target: Box::new(target) });
    let answer = tokio::time::timeout(Duration::from_secs(30), told.recv()).await.unwrap();
    let Some(Msg::Save(SaveMsg::Failed { key: ref of, ticket: 3, ref error, again: false })) = answer else {
        panic!("not answered: {answer:?}")
    };
    assert_eq!((*of, &error.reason), (key, &Reason::Connect(Connect::NoKey)));
    workers.close();
}
