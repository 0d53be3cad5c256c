//! The contracts that every store must keep, told by its ports and proved by running them.
//!
//! A store's tests give a [`Harness`] on a fresh, empty store and call [`contract_tests!`](crate::contract_tests), which
//! makes a test of each contract. What only one kind of store can show, such as that readers do not wait for a lock,
//! belongs to that store's own tests.

pub mod paging;
pub mod unit_of_work;

pub use crate::{
    api_keys::contract as api_keys, companies::contract as companies, health::contract as router_healths,
    hotspot::contract as hotspot, logos::contract as logos, notifications::contract as notices,
    portal::contract as gate, products::contract as products, purchases::contract as purchases,
    reconciliations::contract as reconciliations, routers::contract as routers, sessions::contract as sessions,
    system::contract as sealed_secrets, users::contract as users, webhooks::contract as webhook_events,
};

use std::{fmt::Debug, sync::Arc};

use async_trait::async_trait;
use portero_domain::{
    Timestamp,
    api_key::ApiKey,
    ids::{ProcessId, UserId},
    page::{Limit, Listing, Page, Start},
    ports::{Gate, Hold, NewPurchase, PresentedKey, Storage, StorageError, Stored, Then, UnitOfWork, transact},
    purchase::{PaymentStatus, Purchase},
    secret::Fingerprint,
    user::NewUser,
};
use time::Duration;

use crate::builders::{a_company, a_router, fingerprint_of, start};

/// A fresh store, with the means to bring in what its ports cannot.
#[async_trait]
pub trait Harness: Send + Sync {
    /// The store.
    fn storage(&self) -> Arc<dyn UnitOfWork>;

    /// The gate to the same store.
    fn gate(&self) -> Arc<dyn Gate>;

    /// Lets this much time pass by the store's own clock, for notices, webhook events and reconciliations.
    async fn pass_time(&self, span: Duration);
}

/// Adds a purchase as it stands, and returns it with the id and the version that the store gives to it. No process holds it,
/// and it is not due.
pub async fn seed_purchase(harness: &dyn Harness, purchase: Purchase) -> Purchase {
    commit(harness, move |storage| {
        let new = new_purchase(&purchase);
        let hold = Hold { process: ProcessId::new(1), lease: Duration::MINUTE };
        let opened = storage.purchases().open(&new, hold)?.expect("a new purchase");
        let wanted = Purchase { id: opened.id, ..purchase.clone() };
        let undecided = matches!(wanted.status(), PaymentStatus::Pending | PaymentStatus::Confirming);
        let then = if undecided { Then::After(Duration::DAY) } else { Then::Done };
        assert!(storage.purchases().save(&opened, &wanted, then)?, "nobody else changes it");
        Ok(Purchase { version: opened.version + 1, ..wanted })
    })
    .await
}

/// The opening of this purchase. Its keys follow from its reference.
pub fn new_purchase(purchase: &Purchase) -> NewPurchase {
    let key = |kind: u8| {
        let mut bytes = [kind; 32];
        let reference = purchase.order.reference.as_str().as_bytes();
        bytes.iter_mut().skip(1).zip(reference.iter().rev()).for_each(|(byte, letter)| *byte = *letter);
        Fingerprint::new(bytes)
    };
    NewPurchase {
        order: purchase.order.clone(),
        guest: purchase.guest.clone(),
        identity: key(1),
        request: key(2),
        card: key(3),
        opened_at: purchase.progress.opened_at(),
    }
}

/// Makes a test of each contract. `make_harness` names an `async fn() -> impl Harness` beside the call; the calling
/// crate depends on tokio with its `macros` and `rt-multi-thread`.
///
/// `contract_tests!(make_harness, gate)` makes those of the gate alone, for a second gate to the same store.
#[macro_export]
macro_rules! contract_tests {
    ($make_harness:ident) => {
        $crate::contract_tests! { for $make_harness:
            companies {
                a_company_reads_back_as_it_was_written,
                a_company_that_is_not_there_is_nothing,
                a_taken_id_writes_nothing_and_the_transaction_goes_on,
                a_taken_webhook_token_writes_nothing_and_the_transaction_goes_on,
                a_company_is_found_by_its_webhook_token,
                companies_are_found_by_their_mercado_pago_user,
                an_update_writes_every_part_of_one_company,
                companies_come_oldest_first,
                companies_of_one_moment_come_as_they_were_added,
                rivals_for_a_locked_company_queue,
                a_company_is_activated_and_deactivated_alone,
                stats_count_what_the_company_has,
                system_stats_count_everything,
            }
            logos {
                a_logo_takes_the_place_of_the_one_before,
                a_logo_is_of_one_company,
                a_logo_needs_its_company,
            }
            routers {
                a_router_reads_back_as_it_was_written,
                a_router_of_another_company_is_not_there,
                a_taken_id_writes_nothing_and_the_transaction_goes_on,
                a_router_needs_its_company,
                an_update_writes_every_part_of_one_router,
                routers_of_one_company_come_oldest_first,
                routers_are_found_by_state_and_text,
                rivals_for_a_locked_router_queue,
                a_router_is_activated_and_deactivated_alone,
                removing_a_router_takes_its_keys_and_leaves_its_purchases,
                a_router_with_products_on_sale_stays,
            }
            api_keys {
                a_key_reads_back_as_it_was_written,
                a_key_of_another_router_is_not_there,
                an_expired_key_is_open_and_a_revoked_one_is_not,
                keys_come_newest_first,
                a_router_has_one_unrevoked_key,
                a_key_may_follow_the_one_revoked_before_it,
                of_rival_keys_one_is_added,
                a_key_needs_its_router,
                neither_ids_nor_tokens_are_shared,
                revoking_leaves_what_the_gate_has_counted,
                revoking_touches_no_other_key,
            }
            users {
                a_person_reads_back_as_they_were_written,
                a_person_who_is_not_there_is_nothing,
                a_taken_email_writes_nothing_and_the_transaction_goes_on,
                of_rivals_for_an_email_one_is_added,
                an_admin_needs_their_company,
                people_are_listed_by_role_and_company,
                people_come_oldest_first,
                switching_off_and_new_passwords_touch_nothing_else,
                rivals_for_a_locked_person_queue,
                super_admins_are_noticed,
                an_imported_hash_is_noticed,
            }
            sessions {
                a_session_is_found_with_its_person,
                an_ended_session_is_gone,
                all_sessions_of_one_person_end,
                a_new_session_forgets_those_that_are_over,
                a_person_has_a_bounded_number_of_live_sessions,
                expired_sessions_of_anybody_are_deleted_bit_by_bit,
                a_session_needs_its_person,
            }
            products {
                a_product_reads_back_as_it_was_written,
                a_product_of_another_company_is_not_there,
                products_come_oldest_first,
                a_catalogue_goes_by_position_then_featured_then_age,
                a_taken_profile_writes_nothing_and_the_transaction_goes_on,
                a_withdrawn_product_is_off_sale_and_nothing_else_changes,
                a_product_needs_its_router,
                an_update_writes_what_one_product_offers,
                an_update_to_a_taken_profile_writes_nothing_and_the_transaction_goes_on,
                a_product_moves_only_to_a_router_that_is_there,
            }
            purchases {
                a_purchase_reads_back_as_it_was_written,
                purchases_of_one_company_come_newest_first,
                only_paid_purchases_are_income,
                purchases_are_found_by_state_router_time_and_text,
                a_purchase_is_found_by_each_of_its_keys,
                references_are_known_whatever_company_has_them,
                one_identity_opens_one_purchase,
                of_rivals_with_one_identity_one_opens_a_purchase,
                a_change_of_an_older_version_is_refused,
                a_held_purchase_is_due_after_its_lease,
                a_holder_keeps_a_purchase_that_is_to_go_on_soon,
                rivals_never_claim_the_same_purchase,
                purchases_of_busy_companies_are_left,
                what_a_silent_process_holds_becomes_due,
                a_refund_waits_for_the_end_of_its_lease,
                refunds_and_stages_are_kept_in_their_order,
            }
            reconciliations {
                a_company_is_due_once_a_day,
                a_claim_that_is_not_settled_is_due_again_when_it_ends,
                the_longest_overdue_companies_are_claimed_first,
                rivals_never_claim_the_same_company,
            }
            router_healths {
                a_router_begins_unknown_and_due,
                a_look_reads_back_as_it_was_written,
                a_claimed_router_is_due_again_at_its_next_check,
                the_longest_overdue_are_claimed_first,
                an_inactive_router_is_not_claimed,
                rivals_never_claim_the_same_router,
                a_router_made_due_goes_before_all_others,
                a_look_changes_one_router,
                a_few_changes_are_kept_newest_first,
                a_removed_router_takes_its_health_along,
                the_fleet_comes_oldest_first,
            }
            notices {
                a_claimed_notice_says_what_it_is_about,
                a_notice_is_stored_once,
                a_notice_needs_its_company,
                a_lease_that_is_over_is_claimed_again,
                few_notices_of_one_company_are_claimed_at_once,
                the_longest_due_are_claimed_first,
                rivals_never_claim_the_same_notice,
                an_ended_notice_is_never_claimed_again,
                a_notice_is_put_off_by_its_claim_alone,
                a_company_is_put_off_with_all_its_notices,
                notices_that_ended_long_ago_are_deleted,
                keys_that_expire_soon_get_one_notice_each,
            }
            webhook_events {
                an_event_reads_back_as_it_was_written,
                a_repeated_event_is_stored_once_and_the_transaction_goes_on,
                an_event_needs_its_company,
                a_claimed_event_is_due_again_when_its_claim_ends,
                the_longest_overdue_are_claimed_first,
                the_company_with_the_longest_overdue_event_comes_first,
                rivals_never_claim_the_same_event,
                a_settled_event_is_never_due_again,
                an_event_that_is_put_off_waits,
                an_event_that_is_given_up_may_arrive_again,
                a_claim_that_another_one_followed_changes_nothing,
                old_events_are_deleted,
            }
            sealed_secrets {
                every_secret_comes_once_in_one_order,
                a_place_that_is_gone_still_marks_where_to_go_on,
                a_secret_is_replaced_only_where_it_is_unchanged,
            }
            paging {
                rows_of_one_moment_come_once_each,
                a_walk_is_not_disturbed_by_rows_that_come_and_go,
                new_sales_do_not_move_the_older_ones,
                a_cursor_is_no_way_into_another_list,
            }
            unit_of_work {
                a_store_that_is_there_answers,
                a_transaction_sees_its_own_writes_and_so_does_the_next,
                a_rollback_leaves_no_trace,
                a_failure_leaves_no_trace,
                a_rollback_that_was_wished_for_is_no_error,
            }
        }
        $crate::contract_tests! { $make_harness, gate }
    };
    ($make_harness:ident, gate) => {
        $crate::contract_tests! { for $make_harness:
            gate {
                an_admission_says_what_most_calls_need,
                the_gate_agrees_with_the_standing_of_every_key,
                a_key_opens_until_the_very_moment_it_ends,
                what_has_no_record_is_unknown,
                the_key_of_a_removed_router_is_unknown,
                parallel_admissions_are_counted_exactly,
                everyone_in_a_crowd_hears_of_their_own_key,
                the_last_use_never_goes_back,
                nothing_is_admitted_after_a_revocation,
            }
        }
    };
    (for $make_harness:ident: $($port:ident { $($contract:ident,)* })*) => {
        $(mod $port {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $contract() {
                let harness = super::$make_harness().await;
                $crate::contract::$port::$contract(&harness).await;
            })*
        })*
    };
}

/// Runs work that is to be committed.
pub(crate) async fn commit<T: Send + 'static>(
    harness: &dyn Harness,
    work: impl FnOnce(&mut dyn Storage) -> Stored<T> + Send + 'static,
) -> T {
    transact(&*harness.storage(), work).await.expect("work that is committed")
}

/// Runs work that a constraint is to stop.
pub(crate) async fn refused<T: Debug + Send + 'static>(
    harness: &dyn Harness,
    work: impl FnOnce(&mut dyn Storage) -> Stored<T> + Send + 'static,
) {
    let answer = transact(&*harness.storage(), work).await;
    assert!(matches!(answer, Err(StorageError::Failed(_))), "{answer:?}");
}

/// Runs the same work in tasks of their own, all at once, and answers what each answered.
pub(crate) async fn rivals<T: Send + 'static>(
    harness: &dyn Harness,
    number: usize,
    work: impl FnOnce(usize, &mut dyn Storage) -> Stored<T> + Clone + Send + 'static,
) -> Vec<Stored<T>> {
    let tasks: Vec<_> = (0..number)
        .map(|rival| {
            let (storage, work) = (harness.storage(), work.clone());
            tokio::spawn(async move { transact(&*storage, move |storage| work(rival, storage)).await })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.expect("a task that ends"));
    }
    answers
}

/// Adds the company and the router of the builders.
pub(crate) async fn a_shop(harness: &dyn Harness) {
    commit(harness, |storage| {
        storage.companies().insert(&a_company().build())?.expect("a free id");
        storage.routers().insert(&a_router().build())?.expect("a free id");
        Ok(())
    })
    .await;
}

/// Adds a person with a free e-mail address.
pub(crate) async fn a_person(harness: &dyn Harness, person: NewUser) -> UserId {
    commit(harness, move |storage| storage.users().insert(&person)).await.expect("a free e-mail")
}

/// Adds a key under the fingerprint that [`presented`] shows.
pub(crate) async fn keep(harness: &dyn Harness, key: &ApiKey) {
    let key = key.clone();
    commit(harness, move |storage| storage.api_keys().insert(&key, fingerprint_of(key.id()))).await;
}

/// The key as its bearer presents it.
pub(crate) fn presented(key: &ApiKey) -> PresentedKey {
    let parts = key.parts().clone();
    PresentedKey { fingerprint: fingerprint_of(&parts.id), id: parts.id, router: parts.router, company: parts.company }
}

/// A while after the start.
pub(crate) fn after(span: Duration) -> Timestamp {
    start().plus(span)
}

/// The whole list, which any way of cutting it into pages gives again.
pub(crate) async fn whole<T: Clone + Debug + PartialEq + Send + 'static>(
    harness: &dyn Harness,
    list: impl Fn(&mut dyn Storage, Page<T>) -> Stored<Listing<T>> + Clone + Send + 'static,
) -> Vec<T> {
    let page = async |limit: Option<u16>, start| {
        let (list, limit) = (list.clone(), limit.map(|rows| Limit::new(rows).expect("a limit")));
        commit(harness, move |storage| list(storage, Page { limit, start })).await
    };
    let by_offset = async |limit, offset| page(limit, Start::Offset(offset)).await;
    let Listing { items, damaged, total, next } = by_offset(None, 0).await;
    assert_eq!(damaged, []);
    let length = u32::try_from(items.len()).expect("a short list");
    assert_eq!((total, next), (Some(u64::from(length)), None));
    for limit in 1..=4 {
        let mut again = Vec::new();
        for offset in (0..length).step_by(usize::from(limit)) {
            let part = by_offset(Some(limit), offset).await;
            assert!(part.items.len() <= usize::from(limit));
            assert_eq!(part.total, total, "the total at offset {offset}");
            assert_eq!(part.next.is_some(), offset + u32::from(limit) < length, "what follows offset {offset}");
            again.extend(part.items);
        }
        assert_eq!(again, items, "in pages of {limit}");
    }
    for offset in 0..length {
        assert_eq!(by_offset(None, offset).await.items, items[usize::try_from(offset).expect("a short list")..]);
    }
    for limit in [None, Some(1), Some(Limit::MAX)] {
        for offset in [length, length + 1, i32::MAX.unsigned_abs(), u32::MAX] {
            let nothing = Listing { items: Vec::new(), damaged: Vec::new(), total, next: None };
            assert_eq!(by_offset(limit, offset).await, nothing, "beyond the end");
        }
    }
    for limit in (1..=4).chain([Limit::MAX]) {
        let mut again = Vec::new();
        let mut start = Start::Beginning;
        loop {
            let part = page(Some(limit), start).await;
            assert_eq!(part.total, None, "nothing is counted");
            assert_eq!(part.items.len(), items[again.len()..].len().min(limit.into()), "a page is full but the last");
            again.extend(part.items);
            let Some(cursor) = part.next else { break };
            let rest = page(None, Start::After(cursor)).await;
            assert_eq!(
                rest,
                Listing { items: items[again.len()..].to_vec(), damaged: Vec::new(), total: None, next: None }
            );
            assert!(!rest.items.is_empty(), "there is a next page");
            start = Start::After(cursor);
        }
        assert_eq!(again, items, "by cursor in pages of {limit}");
    }
    items
}
