//! The purchases: a guest pays by card and gets access.
//!
//! A purchase is a row before anything happens outside. `Driver` takes it from step to step, in the request of the buyer
//! (`BuyAccess`) and in the background (`ResumePurchases`). Steps are carried out by `Gateway` and `Guest`.

mod account;
mod await_purchase;
mod buy_access;
mod connect_guest;
mod drive;
mod find_purchase;
mod gateway_list;
mod gateway_steps;
mod guest_secrets;
mod guest_steps;
mod list_purchases;
mod notice_contents;
mod open_purchase;
mod payment_status;
mod purchase_dashboard;
mod purchase_details;
mod reconcile;
mod reconcile_daily;
mod reported_charges;
mod request_refund;
mod resume_purchases;

use std::sync::Arc;

use portero_domain::{ids::ProcessId, ports::Ports, purchase::Patience};

use self::{
    account::Accounts, drive::Driver, gateway_list::GatewayLists, guest_secrets::GuestSecrets,
    notice_contents::NoticeContents, open_purchase::OpenPurchase, reported_charges::ReportedCharges,
};
use crate::{Settings, notifications::PurchaseNotices, routers::RouterAccessLoader, webhooks::ChargeReports};

pub use self::{
    await_purchase::AwaitPurchase,
    buy_access::BuyAccess,
    connect_guest::{ConnectGuest, GuestConnection, GuestDevice},
    find_purchase::{FindPurchase, FindPurchaseError, FoundPurchase},
    gateway_list::ComparisonError,
    list_purchases::ListPurchases,
    open_purchase::{AccessOrder, BuyError, PurchaseKey},
    payment_status::{PaymentStatusError, PaymentStatusOf},
    purchase_dashboard::{Dashboard, PurchaseDashboard},
    purchase_details::{PurchaseDetails, PurchaseDetailsOf},
    reconcile::{Reconcile, ReconcileError},
    reconcile_daily::ReconcileDaily,
    request_refund::{RefundError, RequestRefund},
    resume_purchases::ResumePurchases,
};

/// The purchases of the products of a company.
#[expect(missing_docs, reason = "each field is the use case that its type documents")]
pub struct Purchases {
    pub buy: BuyAccess,
    pub find: FindPurchase,
    pub wait: AwaitPurchase,
    pub connect: ConnectGuest,
    pub payment_status: PaymentStatusOf,
    pub resume: ResumePurchases,
    pub list: ListPurchases,
    pub details: PurchaseDetailsOf,
    pub dashboard: PurchaseDashboard,
    pub refund: RequestRefund,
    pub reconcile: Reconcile,
    pub reconcile_daily: ReconcileDaily,
    pub(crate) reports: Arc<dyn ChargeReports>,
    pub(crate) notices: Arc<dyn PurchaseNotices>,
    /// How long each wait of a purchase lasts.
    pub patience: Patience,
}

impl Purchases {
    /// The use cases of this area.
    pub(crate) fn new(ports: &Ports, settings: &Settings, process: ProcessId) -> Self {
        let patience = settings.patience;
        let storage = || Arc::clone(&ports.storage);
        let clock = || Arc::clone(&ports.clock);
        let secrets = || GuestSecrets { vault: Arc::clone(&ports.vault) };
        let driver = Arc::new(Driver::new(ports, settings, process));
        let lists = Arc::new(GatewayLists::new(ports, settings));
        let reports = Arc::new(ReportedCharges { storage: storage(), driver: Arc::clone(&driver) });
        Self {
            buy: BuyAccess {
                open: OpenPurchase::new(ports, settings, process),
                driver: Arc::clone(&driver),
                secrets: secrets(),
            },
            find: FindPurchase { storage: storage(), secrets: secrets() },
            wait: AwaitPurchase { storage: storage(), clock: clock() },
            connect: ConnectGuest { access: RouterAccessLoader::new(ports), hotspot: Arc::clone(&ports.hotspot) },
            payment_status: PaymentStatusOf { storage: storage(), accounts: Accounts::new(ports, settings) },
            reconcile: Reconcile { lists: Arc::clone(&lists) },
            reconcile_daily: ReconcileDaily { lists, clock: clock(), reports: Arc::clone(&reports) },
            reports,
            notices: Arc::new(NoticeContents { storage: storage(), secrets: secrets() }),
            resume: ResumePurchases::new(ports, driver, drive::hold(process, settings)),
            list: ListPurchases { storage: storage() },
            details: PurchaseDetailsOf { storage: storage() },
            dashboard: PurchaseDashboard { storage: storage() },
            refund: RequestRefund { storage: storage(), clock: clock() },
            patience,
        }
    }
}
