//! The devices.

mod delete_router;
mod find_router;
mod list_routers;
mod register_router;
mod switch_router;

pub use self::{
    delete_router::{DeleteRouter, DeleteRouterError},
    find_router::FindRouter,
    list_routers::ListRouters,
    register_router::{NewRouter, RegisterRouter, RegisterRouterError, RegisteredRouter},
    switch_router::SwitchRouter,
};
