//! People and groups of the cases that a careless reading gets wrong. They have no part in anything else, so that no case
//! stands in another's way.

use super::Plan;
use super::dice::Dice;
use super::organisation::{App, Group, Person};
use super::provider::Provider;

/// Who plays what. Pairs are one person, or one group, before and after.
#[derive(Debug)]
pub(super) struct Cast {
    /// They have Databricks, and one case each.
    pub(super) players: Vec<Person>,
    pub(super) returning: Person,
    pub(super) recreated: [Person; 2],
    pub(super) stale: [Person; 2],
    pub(super) rehired: [Person; 2],
    pub(super) renamed: [Person; 2],
    /// Two people of one name.
    pub(super) namesakes: [Person; 2],
    /// Two accounts of the directory under one user name.
    pub(super) contested: [Person; 2],
    pub(super) capitals: Person,
    pub(super) other_login: Person,
    pub(super) guest: Person,
    pub(super) signed_on: Person,
    pub(super) unassigned: Person,
    pub(super) two_apps: Person,
    pub(super) through_group: Person,
    pub(super) unexplained: Person,
    pub(super) shared_with: Person,
    pub(super) skipped: Person,
    pub(super) batch: Vec<Person>,
    pub(super) robot: Person,
    /// The group of most cases.
    pub(super) guild: Group,
    pub(super) crew: [Group; 2],
    /// Is pushed no more after a while.
    pub(super) retired: Group,
    /// Each workspace has one of that name.
    pub(super) local: Group,
    /// Assigned to Databricks as a whole.
    pub(super) access: Group,
    pub(super) children: [Group; 2],
    /// The same as members of another group.
    pub(super) nested: [Person; 2],
    pub(super) second_app: App,
    /// Is made an administrator for a time.
    pub(super) elevated: Person,
    /// Others try their passwords.
    pub(super) sprayed: [Person; 2],
    /// They work for other companies.
    pub(super) visitors: [Person; 2],
    /// The account for emergencies, which the identity provider does not know.
    pub(super) emergency: Person,
}

impl Cast {
    const PLAYERS: usize = 31;
    const BATCH: usize = 3;

    /// Draws up the cast from names that nobody else has.
    pub(super) fn draw(plan: &Plan, names: Vec<String>) -> Self {
        let dice = &mut Dice::new(plan.seed, "cast");
        let provider = plan.provider;
        let mut names = names.into_iter();
        let mut next = |dice: &mut Dice| Person::draw(names.next().unwrap_or_default(), provider, dice);
        let child = |name, dice: &mut Dice| Group::prefixed(name, provider, dice);
        let children = [child("interns", dice), child("contractors", dice)];
        Self {
            players: (0..Self::PLAYERS).map(|_| next(dice)).collect(),
            returning: next(dice),
            recreated: again(next(dice), provider, dice),
            stale: again(next(dice), provider, dice),
            rehired: linked(again(next(dice), provider, dice)),
            renamed: renamed(next(dice)),
            namesakes: namesakes(next(dice), provider, dice),
            contested: contested(next(dice), provider, dice),
            capitals: capitals(next(dice)),
            other_login: with_login(next(dice), "staff.example.com"),
            guest: guest(next(dice)),
            signed_on: next(dice),
            unassigned: next(dice),
            two_apps: next(dice),
            through_group: next(dice),
            unexplained: next(dice),
            shared_with: next(dice),
            skipped: next(dice),
            batch: (0..Self::BATCH).map(|_| next(dice)).collect(),
            robot: robot(next(dice), dice),
            guild: Group::prefixed("guild", provider, dice),
            crew: crew(provider, dice),
            retired: Group::prefixed("migration-project", provider, dice),
            local: Group::prefixed("lab-notebooks", provider, dice),
            access: Group::prefixed("lakehouse-users", provider, dice),
            nested: children.each_ref().map(as_member),
            children,
            second_app: App::draw("Databricks Sandbox", "Databricks", provider, dice),
            elevated: next(dice),
            sprayed: [attacked(next(dice), "192.0.2.77"), attacked(next(dice), "192.0.2.78")],
            visitors: [at_home(next(dice), "partner.example.com"), at_home(next(dice), "agency.example.com")],
            emergency: Person::draw("Break Glass".to_owned(), provider, dice),
        }
    }
}

/// The same person under new ids everywhere.
fn again(person: Person, provider: Provider, dice: &mut Dice) -> [Person; 2] {
    let second = Person::draw(person.name.clone(), provider, dice);
    [person, second]
}

/// The account in Databricks stays the same.
fn linked([first, second]: [Person; 2]) -> [Person; 2] {
    let second = Person { databricks_id: first.databricks_id.clone(), ..second };
    [first, second]
}

fn renamed(person: Person) -> [Person; 2] {
    let login = person.login.replace("@example.com", ".married@example.com");
    let after = Person { login, ..person.clone() };
    [person, after]
}

fn namesakes(person: Person, provider: Provider, dice: &mut Dice) -> [Person; 2] {
    let email = person.email.replace("@example.com", "2@example.com");
    let second = Person { login: email.clone(), email, ..Person::draw(person.name.clone(), provider, dice) };
    [person, second]
}

/// PingOne has no user name beside the login: there both log in by the same, in two environments.
fn contested(person: Person, provider: Provider, dice: &mut Dice) -> [Person; 2] {
    let pair = again(person, provider, dice);
    if !provider.assigns() {
        return pair;
    }
    let [one, other] = pair;
    let databricks_id = one.databricks_id.clone();
    [with_login(one, "north.example.com"), Person { databricks_id, ..with_login(other, "south.example.com") }]
}

fn with_login(person: Person, domain: &str) -> Person {
    let login = person.email.replace("example.com", domain);
    Person { login, ..person }
}

fn capitals(person: Person) -> Person {
    let login = format!("{}@Example.COM", person.name.replace(' ', "."));
    Person { login, ..person }
}

/// A guest of Entra's: the address at home stands in the login.
fn guest(person: Person) -> Person {
    let email = person.email.replace("example.com", "partner.example.com");
    let login = format!("{}#EXT#@example.com", email.replace('@', "_"));
    Person { login, email, ..person }
}

/// Somebody whose name is tried from an address of others.
fn attacked(person: Person, address: &str) -> Person {
    Person { address: address.to_owned(), ..person }
}

/// Somebody of another company, known everywhere by the address there.
fn at_home(person: Person, domain: &str) -> Person {
    let email = person.email.replace("example.com", domain);
    Person { login: email.clone(), email, ..person }
}

/// A service principal goes by the id of its application.
fn robot(person: Person, dice: &mut Dice) -> Person {
    Person { email: dice.uuid(), ..person }
}

fn crew(provider: Provider, dice: &mut Dice) -> [Group; 2] {
    let draw = |name, dice: &mut Dice| Group::prefixed(name, provider, dice);
    let before = draw("field-crew", dice);
    let name = draw("field-operations", dice).idp_name;
    let after = Group { idp_name: name, ..before.clone() };
    [before, after]
}

/// A group as Databricks names it where it is a member.
fn as_member(group: &Group) -> Person {
    Person {
        name: group.databricks_name.to_owned(),
        login: group.databricks_name.to_owned(),
        email: group.databricks_name.to_owned(),
        idp_id: group.idp_id.clone(),
        app_user_id: group.app_group_id.clone(),
        databricks_id: group.databricks_id.clone(),
        address: String::new(),
    }
}
