//! A router's text keeps its bytes, whatever they are.

use portero_domain::{
    hotspot::{HotspotPassword, RouterText},
    ports::Hotspot,
};
use portero_routeros_sim::User;
use proptest::{collection::vec, prelude::*, test_runner::TestRunner};
use tokio::runtime::Runtime;

use crate::support::{access, router, routers};

/// Bytes that a router may have as a name: at least one, none of them a control character.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>().prop_filter("a control character", |byte| *byte >= 0x20 && *byte != 0x7f), 1..40)
}

#[test]
fn any_bytes_come_back_as_they_are_on_the_router() {
    let runtime = Runtime::new().unwrap();
    let (router, routers) = runtime.block_on(async { (router(|_| {}).await, routers(|_| {})) });
    let access = access(&router);
    let mut runner = TestRunner::new(ProptestConfig { cases: 200, ..ProptestConfig::default() });
    let rows = (bytes(), bytes(), bytes(), bytes());
    let outcome = runner.run(&rows, |(name, password, comment, text)| {
        let mut user = User::named(&name);
        user.password.clone_from(&password);
        user.comment.clone_from(&comment);
        let added = router.router().add_user(user);
        let name = RouterText::new(name);
        let found = runtime.block_on(routers.users(&access, std::slice::from_ref(&name))).unwrap();
        if added.is_ok() {
            prop_assert_eq!(found.len(), 1);
            prop_assert_eq!(&found[0].name, &name);
            prop_assert_eq!(&found[0].comment, &RouterText::new(comment));
            prop_assert_eq!(&found[0].password, &Some(HotspotPassword::new(RouterText::new(password))));
            runtime.block_on(routers.remove_user(&access, &found[0])).unwrap();
        }
        // Each text has a showing, and a text that is shown finds its own bytes among its spellings.
        let text = RouterText::new(text);
        let spellings = RouterText::spellings(&text.shown());
        prop_assert!(spellings.contains(&text), "{spellings:?} lacks {text:?}");
        Ok(())
    });
    outcome.unwrap();
}
