//! Who works at Example Corp, and which groups and applications it has.

use super::Plan;
use super::cast::Cast;
use super::dice::Dice;
use super::provider::Provider;

const GIVEN: [&str; 32] = [
    "Ada", "Bruno", "Carla", "Dmitri", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kira", "Liam", "Mina",
    "Noor", "Otto", "Petra", "Quinn", "Rosa", "Sven", "Tara", "Umar", "Vera", "Wanda", "Xenia", "Yusuf", "Zoe", "Amir",
    "Bianca", "Cyril", "Dora", "Emil", "Freya",
];
const FAMILY: [&str; 40] = [
    "Alderbrook",
    "Birchwood",
    "Cedarlane",
    "Dogrose",
    "Elmhurst",
    "Ferngate",
    "Gorsefield",
    "Hazelmere",
    "Ivybank",
    "Junipers",
    "Knotweed",
    "Larchmont",
    "Maplesea",
    "Nettleton",
    "Oakenfold",
    "Poplarton",
    "Quincefield",
    "Rowanhill",
    "Sorrelby",
    "Thistledown",
    "Underwillow",
    "Vinecroft",
    "Willowby",
    "Yarrowgate",
    "Zinniafield",
    "Ashcombe",
    "Bramblewood",
    "Cloverdale",
    "Daisyhill",
    "Eglantine",
    "Foxgloves",
    "Gentianby",
    "Heatherley",
    "Irisfield",
    "Jasmineau",
    "Kelpstrand",
    "Lavenders",
    "Mosswell",
    "Nightshade",
    "Orchidale",
];

/// One person, with the names and ids that each system knows them by.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) name: String,
    /// Login at the identity provider. Its domain may be an alias of the company's.
    pub(super) login: String,
    /// User name in Databricks: the canonical name of the person.
    pub(super) email: String,
    pub(super) idp_id: String,
    pub(super) app_user_id: String,
    pub(super) databricks_id: String,
    /// Address that the person works from.
    pub(super) address: String,
}

impl Person {
    pub(super) fn draw(name: String, provider: Provider, dice: &mut Dice) -> Self {
        let local = name.to_lowercase().replace(' ', ".");
        let email = format!("{local}@example.com");
        Self {
            name,
            login: email.clone(),
            email,
            idp_id: provider.id("00u", dice),
            app_user_id: provider.id("0ua", dice),
            databricks_id: dice.principal_id(),
            address: format!("203.0.113.{}", dice.between(10, 250)),
        }
    }
}

/// A group of people, with the names and ids that each system knows it by.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) idp_name: String,
    /// Name in Databricks; for a group that is not pushed, the name it would have there.
    pub(super) databricks_name: &'static str,
    pub(super) idp_id: String,
    pub(super) app_group_id: String,
    pub(super) databricks_id: String,
}

impl Group {
    /// A group that is pushed under its name without the prefix.
    pub(super) fn prefixed(databricks_name: &'static str, provider: Provider, dice: &mut Dice) -> Self {
        Self::draw(&format!("{}{databricks_name}", provider.prefix()), databricks_name, provider, dice)
    }

    pub(super) fn draw(idp_name: &str, databricks_name: &'static str, provider: Provider, dice: &mut Dice) -> Self {
        Self {
            idp_name: idp_name.to_owned(),
            databricks_name,
            idp_id: provider.id("00g", dice),
            app_group_id: provider.id("AGr", dice),
            databricks_id: dice.principal_id(),
        }
    }
}

/// An application that people are assigned to.
#[derive(Debug)]
pub(super) struct App {
    /// Label chosen by the administrator.
    pub(super) label: &'static str,
    /// Name in the provider's catalogue.
    pub(super) catalogue_name: &'static str,
    pub(super) idp_id: String,
    pub(super) is_databricks: bool,
}

impl App {
    pub(super) fn draw(label: &'static str, catalogue_name: &'static str, provider: Provider, dice: &mut Dice) -> Self {
        let is_databricks = label.starts_with("Databricks");
        Self { label, catalogue_name, idp_id: provider.id("0oa", dice), is_databricks }
    }
}

/// Everybody and everything. People are named after the part that they play in the planted situations.
#[derive(Debug)]
pub(super) struct Organisation {
    pub(super) provider: Provider,
    pub(super) account_id: String,
    /// Application id of the service principal that runs the scheduled jobs.
    pub(super) job_runner: String,
    pub(super) identity_admin: Person,
    pub(super) console_admin: Person,
    pub(super) console_granted: Person,
    pub(super) admin_granted: Person,
    pub(super) late_leaver: Person,
    pub(super) outage_subject: Person,
    /// Assigned long ago, first seen in Databricks when they sign in.
    pub(super) self_starter: Person,
    /// Works in marketing and never had Databricks.
    pub(super) outsider: Person,
    /// Logs in under an alias of the company's domain.
    pub(super) alias_user: Person,
    pub(super) ordinary: Ordinary,
    pub(super) newcomers: Newcomers,
    pub(super) engineers: Group,
    pub(super) analysts: Group,
    pub(super) platform: Group,
    pub(super) testers: Group,
    /// A group that is not pushed.
    pub(super) marketing: Group,
    /// A group that only Databricks has.
    pub(super) feature_store: Group,
    pub(super) databricks: App,
    pub(super) salesforce: App,
    pub(super) cast: Cast,
}

/// People with no part in a planted situation, by what happens to them.
#[derive(Debug)]
pub(super) struct Ordinary {
    pub(super) joiners: Vec<Person>,
    pub(super) movers: Vec<Person>,
    pub(super) leavers: Vec<Person>,
    /// They only work.
    pub(super) others: Vec<Person>,
}

/// People who join in the first days and to whom something is planted later. Since their assignment is in the log,
/// nobody can doubt that what is decided about them concerns Databricks.
#[derive(Debug)]
pub(super) struct Newcomers {
    pub(super) never_arrived: Person,
    pub(super) push_failed: Person,
    pub(super) outage_decided: Person,
    pub(super) reversed: Person,
    pub(super) repaired: Person,
}

impl Organisation {
    /// Staff with a part of their own.
    const PARTS: u32 = 9;
    const NEWCOMERS: u32 = 5;

    /// Draws up the organisation of a plan.
    pub(super) fn draw(plan: &Plan, dice: &mut Dice) -> Self {
        let provider = plan.provider;
        let joining = 2 + plan.people / 8;
        let mut hire = Hire::new(plan.people + Self::NEWCOMERS + joining, provider, dice);
        Self {
            provider,
            identity_admin: hire.next(dice),
            console_admin: hire.next(dice),
            console_granted: hire.next(dice),
            admin_granted: hire.next(dice),
            late_leaver: hire.next(dice),
            outage_subject: hire.next(dice),
            self_starter: hire.next(dice),
            outsider: hire.next(dice),
            alias_user: under_alias(hire.next(dice)),
            newcomers: Newcomers {
                never_arrived: hire.next(dice),
                push_failed: hire.next(dice),
                outage_decided: hire.next(dice),
                reversed: hire.next(dice),
                repaired: hire.next(dice),
            },
            ordinary: Ordinary::draw(plan.people.saturating_sub(Self::PARTS), joining, &mut hire, dice),
            account_id: dice.uuid(),
            job_runner: dice.uuid(),
            engineers: Group::draw("DBX Data Engineers", "data-engineers", provider, dice),
            analysts: Group::prefixed("analysts", provider, dice),
            platform: Group::prefixed("platform-admins", provider, dice),
            testers: Group::prefixed("beta-testers", provider, dice),
            marketing: Group::draw("Everyone Marketing", "Everyone Marketing", provider, dice),
            feature_store: Group::draw("", "feature-store-writers", provider, dice),
            databricks: App::draw("Databricks Production", "Databricks", provider, dice),
            salesforce: App::draw("Salesforce", "Salesforce.com", provider, dice),
            cast: Cast::draw(plan, hire.spare),
        }
    }

    /// People who have Databricks when the period starts.
    pub(super) fn established(&self) -> impl Iterator<Item = &Person> {
        let parts = [
            &self.identity_admin,
            &self.console_admin,
            &self.console_granted,
            &self.admin_granted,
            &self.late_leaver,
            &self.outage_subject,
            &self.alias_user,
        ];
        let ordinary = &self.ordinary;
        parts.into_iter().chain(&ordinary.movers).chain(&ordinary.leavers).chain(&ordinary.others)
    }

    /// People who get Databricks in the course of the period.
    pub(super) fn arriving(&self) -> impl Iterator<Item = &Person> {
        let new = &self.newcomers;
        let parts = [
            &self.self_starter,
            &new.never_arrived,
            &new.push_failed,
            &new.outage_decided,
            &new.reversed,
            &new.repaired,
        ];
        parts.into_iter().chain(&self.ordinary.joiners)
    }
}

impl Ordinary {
    fn draw(staff: u32, joining: u32, hire: &mut Hire, dice: &mut Dice) -> Self {
        let moving = 1 + staff / 5;
        let leaving = 1 + staff / 8;
        let mut crowd = |count: u32| (0..count).map(|_| hire.next(dice)).collect();
        Self {
            joiners: crowd(joining),
            movers: crowd(moving),
            leavers: crowd(leaving),
            others: crowd(staff.saturating_sub(moving + leaving)),
        }
    }
}

/// Names in a random order, none of them twice.
struct Hire {
    names: Vec<String>,
    /// Names for the cast, whom nobody else is to be confused with.
    spare: Vec<String>,
    provider: Provider,
}

impl Hire {
    fn new(count: u32, provider: Provider, dice: &mut Dice) -> Self {
        let mut names: Vec<String> = GIVEN.iter().flat_map(|g| FAMILY.map(|f| format!("{g} {f}"))).collect();
        dice.shuffle(&mut names);
        let count = usize::try_from(count).unwrap_or(usize::MAX).min(names.len());
        let spare = names.split_off(count);
        Self { names, spare, provider }
    }

    fn next(&mut self, dice: &mut Dice) -> Person {
        Person::draw(self.names.pop().unwrap_or_default(), self.provider, dice)
    }
}

fn under_alias(person: Person) -> Person {
    let login = person.email.replace("@example.com", "@corp.example.com");
    Person { login, ..person }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_largest_organisation_has_a_name_for_everybody() {
        for people in [Plan::FEWEST_PEOPLE, 24, Plan::MOST_PEOPLE] {
            let plan = Plan::new(3, people, 31).unwrap();
            let organisation = Organisation::draw(&plan, &mut Dice::new(3, "organisation"));
            let all: Vec<&str> =
                organisation.established().chain(organisation.arriving()).map(|p| p.email.as_str()).collect();
            let distinct: BTreeSet<&str> = all.iter().copied().collect();
            assert_eq!(distinct.len(), all.len());
            assert!(all.iter().all(|e| e.len() > "@example.com".len()));
            // The outsider and the self-starter are employed, but have no Databricks on the first day.
            assert_eq!(organisation.established().count() + 2, usize::try_from(people).unwrap());
        }
    }
}
