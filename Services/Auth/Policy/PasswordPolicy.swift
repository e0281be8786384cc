internal import Contracts
private import Foundation

/// Why a password may not be used.
package enum PasswordFault: String, Sendable, CaseIterable {
    case tooShort, repeated, sequence, wellKnown, holdsLogin

    /// The rule in words.
    var rule: String {
        switch self {
        case .tooShort: "a password has at least \(Limits.passwordCharacters) characters; four words will do"
        case .repeated: "a password is not one short piece over and over"
        case .sequence: "a password is not a row of neighbouring characters"
        case .wellKnown: "the password is among those that are tried first"
        case .holdsLogin: "a password is not the login with a little around it"
        }
    }
}

/// What a password must be (NIST SP 800-63B-4 section 3.1.1): long, and not one that everybody tries. No
/// composition rules, no expiry, any characters, pasted or typed.
package enum PasswordPolicy {
    /// The one form in which a password is hashed: NFC, so that the same keys give the same bytes on every
    /// system.
    package static func normalized(_ text: String) -> String { text.precomposedStringWithCanonicalMapping }

    /// What is wrong with a normalised password, or nil.
    package static func fault(of password: String, login: String) -> PasswordFault? {
        let characters = Array(password.lowercased().unicodeScalars)
        if password.unicodeScalars.count < Limits.passwordCharacters { return .tooShort }
        if isRepeated(characters) { return .repeated }
        if isSequence(characters) { return .sequence }
        if wellKnown.contains(letters(characters)) { return .wellKnown }
        let rest = password.lowercased().replacingOccurrences(of: login.lowercased(), with: "")
        return rest.unicodeScalars.count < 8 ? .holdsLogin : nil
    }

    private static func isRepeated(_ characters: [Unicode.Scalar]) -> Bool {
        (1...8).contains { period in
            characters.indices.dropFirst(period).allSatisfy { characters[$0] == characters[$0 - period] }
        }
    }

    /// `abcdef…`, `987654…`, with 9 and 0 as neighbours, and rows of a keyboard.
    private static func isSequence(_ characters: [Unicode.Scalar]) -> Bool {
        let text = String(String.UnicodeScalarView(characters))
        let rows = ["1234567890", "0987654321", "qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm"]
        if rows.contains(where: { String(repeating: $0, count: 8).contains(text) }) { return true }
        let steps = zip(characters, characters.dropFirst()).map { Int($1.value) - Int($0.value) }
        return Set(steps).count == 1 && abs(steps.first ?? 0) <= 1
    }

    /// Without spaces and marks between the words, and with the digits at the end taken off.
    private static func letters(_ characters: [Unicode.Scalar]) -> String {
        let plain = characters.filter { $0.properties.isAlphabetic || ("0"..."9").contains($0) }
        let end = plain.lastIndex { !("0"..."9").contains($0) } ?? plain.startIndex
        return String(String.UnicodeScalarView(plain.prefix(through: min(end, plain.count - 1))))
    }

    /// Long ones that head the lists of leaked passwords, and phrases that examples made famous.
    private static let wellKnown: Set<String> = [
        "correcthorsebatterystaple", "passwordpassword", "passwordpasswordpassword", "adminadminadmin",
        "iloveyouiloveyou", "letmeinletmeinletmein", "thisismypassword", "mypasswordispassword",
        "administratoradministrator", "changemechangeme", "changethispassword", "thequickbrownfox",
        "thequickbrownfoxjumpsoverthelazydog", "maytheforcebewithyou", "tobeornottobe",
        "tobeornottobethatisthequestion",
        "onceuponatime", "qwertyuiopasdfgh", "qwertyuiopasdfghjkl", "qwertyqwertyqwerty", "welcomewelcome",
        "codecollabcodecollab", "footballfootball", "baseballbaseball", "sunshinesunshine",
        "princessprincess",
        "testtesttesttest", "secretsecretsecret", "supersecretpassword", "supersecurepassword",
        "supermansuperman",
        "computercomputer", "internetinternet", "helloworldhelloworld", "trustnoonetrustnoone",
        "dragondragondragon",
        "monkeymonkeymonkey", "mastermastermaster", "ilovemyfamily", "ilovemychildren", "jesuslovesme",
        "jesusismysavior", "liverpoolfootballclub", "manchesterunited", "arsenalfootballclub",
        "dallascowboys",
        "harrypotterharrypotter", "gameofthrones", "winteriscoming", "starwarsstarwars",
        "livelonganandprosper",
        "openthedoorplease", "letmeinplease", "pleaseletmein", "pleaseletmeinnow", "donttouchthis",
    ]
}
