//! What a company has sold.

mod list_transactions;
mod sales_dashboard;

pub use self::{
    list_transactions::ListTransactions,
    sales_dashboard::{Dashboard, SalesDashboard},
};
