//! The Spanish words of messages, as Telegram's HTML.

use portero_domain::{
    Timestamp,
    gateway::Gateway,
    health::Condition,
    money::{Currency, Money},
    notification::{GuestAccess, Message, PurchaseNews, PurchaseNotice, RouterNews},
    purchase::{DeclineReason, ManualCause, RefundCause, RefundProblem},
    text::{Email, Name},
};

/// How many characters of one value are shown. Telegram shows at most 4,096 of a message, and no message has more than ten
/// values.
const VALUE: usize = 300;

/// The message as Telegram's HTML. Every value in it is escaped.
pub(super) fn html(message: &Message) -> String {
    match message {
        Message::Test { company } => Text::titled("🔔 Mensaje de prueba")
            .value("Empresa", company.as_str())
            .sentence("Las notificaciones de Telegram están configuradas correctamente."),
        Message::Purchase(notice) => purchase(notice),
        Message::CredentialsRefused { company, gateway } => Text::titled("⚠️ Credenciales rechazadas")
            .value("Empresa", company.as_str())
            .value("Pasarela", gateway_name(*gateway))
            .sentence(
                "La pasarela rechaza las credenciales de la empresa. No se pueden cobrar ventas hasta corregirlas.",
            ),
        Message::UnknownCharges { company, gateway, day } => Text::titled("⚠️ Cobros sin compra")
            .value("Empresa", company.as_str())
            .value("Pasarela", gateway_name(*gateway))
            .value("Día", &format!("{} UTC", day.get().date()))
            .sentence(
                "La pasarela tiene cobros de ese día que Portero no conoce. Revíselos en la conciliación de ese día y \
                 reembólselos en el panel de la pasarela si corresponde.",
            ),
        Message::Router { company, router, at, news } => {
            let (title, found) = match news {
                RouterNews::Down(found) => ("🔴 Router con problemas", *found),
                RouterNews::Up => ("🟢 Router en línea", None),
            };
            let text = Text::titled(title).value("Empresa", company.as_str()).value("Router", router.as_str());
            let text = if let Some(found) = found { text.value("Problema", problem(found)) } else { text };
            text.value("Desde", &moment(*at))
        }
        Message::ApiKeyExpiring { company, router, expires_at, days } => {
            let title = if *days == 1 {
                "⏳ La API Key expira en 1 día".to_owned()
            } else {
                format!("⏳ La API Key expira en {days} días")
            };
            Text::titled(&title)
                .value("Empresa", company.as_str())
                .value("Router", router.as_str())
                .value("Expira", &moment(*expires_at))
                .sentence("Genere una nueva API Key y cámbiela en el portal antes de esa fecha.")
        }
    }
    .0
}

fn purchase(notice: &PurchaseNotice) -> Text {
    let PurchaseNotice { company, plan, amount, currency, customer, email, charge, reference, news } = notice;
    let title = match news {
        PurchaseNews::Paid(_) => "✅ ¡Pago Aprobado!",
        PurchaseNews::Declined(_) => "❌ Pago Rechazado",
        PurchaseNews::Refunded(_) => "↩️ Pago Reembolsado",
        PurchaseNews::ChargedBack => "⚠️ Contracargo",
        PurchaseNews::Manual(_) => "⚠️ Pago por revisar",
    };
    let customer = match (customer.as_ref().map(Name::as_str), email.as_ref().map(Email::as_str)) {
        (Some(name), Some(email)) => format!("{name} ({email})"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "-".to_owned(),
    };
    let transaction = charge.as_ref().map_or(reference.as_str(), |charge| charge.as_str());
    let text = Text::titled(title)
        .value("Empresa", company.as_str())
        .value("Plan", plan.as_str())
        .value("Monto", &money(*amount, *currency))
        .value("Cliente", &customer)
        .code("Transacción", transaction);
    match news {
        PurchaseNews::Paid(GuestAccess::User { name, password }) => {
            text.code("Usuario", name.expose()).code("Contraseña", password.expose())
        }
        PurchaseNews::Paid(GuestAccess::Pin(pin)) => text.code("PIN", pin.expose()),
        PurchaseNews::Declined(reason) => text.value("Motivo", declined(*reason)),
        PurchaseNews::Refunded(cause) => text.value("Motivo", refunded(*cause)),
        PurchaseNews::ChargedBack => text.value("Motivo", "El banco devolvió el cargo al titular de la tarjeta"),
        PurchaseNews::Manual(cause) => text.value("Motivo", &manual(*cause)),
    }
}

/// A message that grows line by line.
struct Text(String);

impl Text {
    fn titled(title: &str) -> Self {
        Self(format!("<b>{}</b>\n", shown(title)))
    }

    fn value(self, name: &str, value: &str) -> Self {
        Self(format!("{}\n<b>{name}:</b> {}", self.0, shown(value)))
    }

    /// A value that the reader copies by a touch.
    fn code(self, name: &str, value: &str) -> Self {
        Self(format!("{}\n<b>{name}:</b> <code>{}</code>", self.0, shown(value)))
    }

    fn sentence(self, sentence: &str) -> Self {
        Self(format!("{}\n\n{}", self.0, shown(sentence)))
    }
}

/// A value on one line, cut and escaped.
fn shown(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for letter in value.chars().take(VALUE) {
        match letter {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}

fn money(amount: Money, currency: Currency) -> String {
    format!("${}.{:02} {}", amount.minor() / 100, amount.minor() % 100, currency.code())
}

fn moment(at: Timestamp) -> String {
    let at = at.get();
    let (date, hour, minute) = (at.date(), at.hour(), at.minute());
    format!("{date} {hour:02}:{minute:02} UTC")
}

const fn gateway_name(gateway: Gateway) -> &'static str {
    match gateway {
        Gateway::Conekta => "Conekta",
        Gateway::MercadoPago => "Mercado Pago",
    }
}

const fn problem(condition: Condition) -> &'static str {
    match condition {
        // A router that responds has no problem, so no message says so.
        Condition::Online => "Ninguno",
        Condition::Unreachable => "No responde",
        Condition::AccessRefused => "Rechaza el usuario, la contraseña o un comando",
        Condition::CertificateUnconfirmed => "Su certificado espera confirmación",
        Condition::CertificateChanged => "Presenta otro certificado que el confirmado",
        Condition::AddressRefused => "Su dirección no está permitida",
    }
}

const fn declined(reason: DeclineReason) -> &'static str {
    match reason {
        DeclineReason::Declined => "El banco no autorizó el pago",
        DeclineReason::InsufficientFunds => "Fondos insuficientes",
        DeclineReason::ExpiredCard => "Tarjeta vencida",
        DeclineReason::InvalidCard => "Datos de la tarjeta incorrectos",
        DeclineReason::WrongSecurityCode => "Código de seguridad incorrecto",
        DeclineReason::CallBank => "El cliente debe llamar a su banco",
        DeclineReason::CardDisabled => "Tarjeta deshabilitada",
        DeclineReason::CardNotSupported => "Tipo de tarjeta no aceptado",
        DeclineReason::HighRisk => "Rechazado por riesgo de fraude",
        DeclineReason::TooManyAttempts => "Demasiados intentos con la tarjeta",
        DeclineReason::Duplicate => "Pago duplicado",
        DeclineReason::NotConfirmed => "El cliente no confirmó el pago",
        DeclineReason::Expired => "El pago expiró",
        DeclineReason::Cancelled => "El pago fue cancelado",
    }
}

const fn refunded(cause: RefundCause) -> &'static str {
    match cause {
        RefundCause::NotDelivered => "No se pudo activar el acceso a tiempo",
        RefundCause::Late => "El pago se confirmó después de cerrar la compra",
        RefundCause::Requested => "Solicitado por un administrador",
    }
}

fn manual(cause: ManualCause) -> String {
    let why = match cause {
        ManualCause::Mismatch => return "El cobro de la pasarela no coincide con la compra".to_owned(),
        ManualCause::RefundRefused(problem) => match problem {
            RefundProblem::TooOld => "el cobro es demasiado antiguo",
            RefundProblem::WrongState => "el estado del cobro no lo permite",
            RefundProblem::NoFunds => "la cuenta no tiene fondos suficientes",
            RefundProblem::Credentials => "las credenciales no son válidas",
            RefundProblem::Other => "otro motivo",
        },
    };
    format!("La pasarela rechazó el reembolso: {why}")
}

#[cfg(test)]
mod tests;
