package io.keymoot.admission.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.admission.Draft;
import io.keymoot.admission.InviteSecret;
import io.keymoot.admission.World;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.group.CredentialVerdict;
import io.keymoot.flatkeying.wire.Bytes;
import java.math.BigInteger;
import java.security.Security;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TimeZone;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * The check that all members compute alike: what it accepts, what it gives, and what cannot sway
 * it.
 */
@Isolated
class FixedFunctionTest {
  private final World w = new World();

  private static CredentialVerdict check(Trust trust, SigningKey key, Bytes credential) {
    return new CredentialChecker().check(World.found(trust), key.spki(), credential);
  }

  private static List<String> roles(CredentialVerdict verdict) {
    return List.copyOf(((CredentialVerdict.Accepted) verdict).roles());
  }

  @Test
  void aChainToAnAnchorIsAccepted() {
    assertThat(roles(check(w.trust(), w.doorKey, w.doorCredential()))).isEmpty();
  }

  @Test
  void ofSeveralAnchorsAnyWillDoAndAnUnreadableOneHarmsNobody() {
    Bytes other = Draft.root("CN=Second root", w.otherKey).sign();
    Bytes sameName = Draft.root(World.ROOT, w.otherKey).sign();
    Trust trust =
        new Trust(
            List.of(Bytes.fromHex("30"), other, sameName, w.rootDer), List.of(), Optional.empty());

    assertThat(check(trust, w.doorKey, w.doorCredential()))
        .isInstanceOf(CredentialVerdict.Accepted.class);
    Bytes byOther =
        World.credential(Draft.device("CN=Second root", w.otherKey, "CN=x", w.doorKey).sign());
    assertThat(check(trust, w.doorKey, byOther)).isInstanceOf(CredentialVerdict.Accepted.class);
  }

  @Test
  void aSiteCanBeTheAnchorItself() {
    Trust trust = new Trust(List.of(w.siteDer), List.of(), Optional.empty());

    assertThat(check(trust, w.doorKey, World.credential(w.doorDer)))
        .isInstanceOf(CredentialVerdict.Accepted.class);
  }

  @Test
  void datesDoNotEnter() {
    Bytes longAgo = w.door().valid(Draft.BORN.plusDays(-9000), Draft.BORN.plusDays(-8999)).sign();

    assertThat(check(w.trust(), w.doorKey, World.credential(longAgo, w.siteDer)))
        .isInstanceOf(CredentialVerdict.Accepted.class);
  }

  @Test
  void anOpenGroupAcceptsEveryDeviceAndGivesNoRole() {
    assertThat(roles(check(Trust.OPEN, w.otherKey, Credential.SELF_MADE.encode()))).isEmpty();
    Bytes chair = w.door().uri("keymoot:role:chair").sign();
    assertThat(roles(check(Trust.OPEN, w.doorKey, World.credential(chair)))).isEmpty();
    assertThat(check(Trust.OPEN, w.otherKey, Bytes.fromHex("ffff")))
        .isInstanceOf(CredentialVerdict.Accepted.class);
  }

  @Test
  void patternsWithoutAnAnchorCloseTheGroupRatherThanOpenIt() {
    Trust trust = new Trust(List.of(), List.of("o=Example"), Optional.empty());

    assertThat(check(trust, w.doorKey, w.doorCredential()))
        .isInstanceOf(CredentialVerdict.Refused.class);
  }

  // ---- invites

  private Trust byInvite(InviteSecret secret) {
    return new Trust(List.of(), List.of(), Optional.of(secret.publicKey()));
  }

  @Test
  void whoHoldsTheGroupsInviteIsAcceptedWithoutARole() {
    InviteSecret secret = InviteSecret.link(Optional.empty(), Draft.entropy(30));
    Bytes credential = Credential.SELF_MADE.withInvite(secret.prove(w.otherKey.spki())).encode();

    assertThat(roles(check(byInvite(secret), w.otherKey, credential))).isEmpty();
  }

  @Test
  void anotherDevicesProofOfInviteIsRefused() {
    InviteSecret secret = InviteSecret.link(Optional.empty(), Draft.entropy(30));
    Bytes credential = Credential.SELF_MADE.withInvite(secret.prove(w.otherKey.spki())).encode();

    assertThat(check(byInvite(secret), w.doorKey, credential))
        .isEqualTo(
            new CredentialVerdict.Refused(
                "The proof of invite is not for this device or not of this group's invite."));
  }

  @Test
  void aGuessedInviteIsRefused() {
    InviteSecret secret = InviteSecret.link(Optional.empty(), Draft.entropy(30));
    InviteSecret guess = InviteSecret.link(Optional.empty(), Draft.entropy(31));
    Bytes credential = Credential.SELF_MADE.withInvite(guess.prove(w.otherKey.spki())).encode();

    assertThat(check(byInvite(secret), w.otherKey, credential))
        .isInstanceOf(CredentialVerdict.Refused.class);
    assertThat(check(byInvite(secret), w.otherKey, Credential.SELF_MADE.encode()))
        .isInstanceOf(CredentialVerdict.Refused.class);
  }

  @Test
  void aP256InviteWithSInTheUpperHalfIsRefused() {
    SigningKey invite = Draft.p256(32);
    Trust trust = new Trust(List.of(), List.of(), Optional.of(invite.spki()));
    Bytes low = invite.sign(Credential.inviteMessage(w.otherKey.spki()).toArray());
    BigInteger order =
        new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);
    byte[] high = low.toArray();
    byte[] s = order.subtract(new BigInteger(1, low.slice(32, 32).toArray())).toByteArray();
    System.arraycopy(s, s.length - 32, high, 32, 32);

    assertThat(check(trust, w.otherKey, Credential.SELF_MADE.withInvite(low).encode()))
        .isInstanceOf(CredentialVerdict.Accepted.class);
    assertThat(
            check(trust, w.otherKey, Credential.SELF_MADE.withInvite(Bytes.owning(high)).encode()))
        .isInstanceOf(CredentialVerdict.Refused.class);
  }

  @Test
  void whereBothAreAllowedABadChainWithAGoodInviteGetsInWithoutARole() {
    InviteSecret secret = InviteSecret.link(Optional.empty(), Draft.entropy(30));
    Trust trust = new Trust(List.of(w.rootDer), List.of(), Optional.of(secret.publicKey()));
    Bytes unsigned = w.door().uri("keymoot:role:chair").sealed(new byte[64]);
    Bytes credential =
        new Credential(List.of(unsigned, w.siteDer), List.of(secret.prove(w.doorKey.spki())))
            .encode();

    assertThat(roles(check(trust, w.doorKey, credential))).isEmpty();
  }

  // ---- roles

  private CredentialVerdict door(List<String> roles, List<String> siteRoles, String... patterns) {
    Draft door = w.door();
    if (!roles.isEmpty()) {
      door.uri(roles.stream().map(r -> "keymoot:role:" + r).toArray(String[]::new));
    }
    Draft site = w.site();
    if (!siteRoles.isEmpty()) {
      site.uri(siteRoles.stream().map(r -> "keymoot:role:" + r).toArray(String[]::new));
    }
    return check(w.trust(patterns), w.doorKey, World.credential(door.sign(), site.sign()));
  }

  @Test
  void aRoleCountsIfEveryAuthorityBelowTheAnchorHandsItDown() {
    assertThat(roles(door(List.of("chair", "medic"), List.of("chair")))).containsExactly("chair");
    assertThat(roles(door(List.of("chair", "medic"), List.of("*"))))
        .containsExactly("chair", "medic");
  }

  @Test
  void aSiteCannotHandOutARoleItWasNotGiven() {
    assertThat(roles(door(List.of("chair"), List.of()))).isEmpty();
    assertThat(roles(door(List.of("chair"), List.of("medic")))).isEmpty();
  }

  @Test
  void aDeviceDoesNotHaveEveryRoleByAskingForStar() {
    assertThat(roles(door(List.of("*"), List.of("*")))).isEmpty();
  }

  @Test
  void aRolePatternAloneDecidesWhoHasThatRole() {
    assertThat(roles(door(List.of("chair"), List.of("*"), "role chair: ou=Doors")))
        .containsExactly("chair");
    assertThat(roles(door(List.of("medic"), List.of("*"), "role chair: ou=Doors")))
        .containsExactly("chair", "medic");
    assertThat(roles(door(List.of("chair"), List.of("*"), "role chair: ou=Windows"))).isEmpty();
  }

  @Test
  void aRolePatternCanBindARoleToOneOfSeveralRoots() {
    String root =
        Certificate.decode(w.rootDer).orThrow().fingerprint().hash().toHex().substring(0, 16);

    assertThat(
            roles(door(List.of("chair"), List.of("*"), "role chair: role=chair & anchor=" + root)))
        .containsExactly("chair");
    assertThat(
            roles(
                door(
                    List.of("chair"),
                    List.of("*"),
                    "role chair: role=chair & anchor=" + "0".repeat(16))))
        .isEmpty();
  }

  @Test
  void rolePatternsDoNotSayWhoMayBeInTheGroup() {
    assertThat(door(List.of(), List.of(), "role chair: ou=Windows"))
        .isInstanceOf(CredentialVerdict.Accepted.class);
  }

  // ---- what cannot sway it

  @Test
  void theAnswersAreTheSameWhateverTheMachineIsSetTo() {
    List<CredentialVerdict> plain = answers();
    Locale locale = Locale.getDefault();
    TimeZone zone = TimeZone.getDefault();
    String paths = Security.getProperty("jdk.certpath.disabledAlgorithms");
    String tls = Security.getProperty("jdk.tls.disabledAlgorithms");
    try {
      for (String tag : List.of("tr-TR", "ar-EG-u-nu-arab", "th-TH-u-ca-buddhist")) {
        Locale.setDefault(Locale.forLanguageTag(tag));
        TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Kiritimati"));
        Security.setProperty(
            "jdk.certpath.disabledAlgorithms", "Ed25519, EdDSA, EC, ECDSA, SHA256");
        Security.setProperty("jdk.tls.disabledAlgorithms", "Ed25519, EC");
        System.setProperty("org.bouncycastle.asn1.allow_unsafe_integer", "true");
        System.setProperty("org.bouncycastle.x509.allow_ca_without_crl_sign", "true");
        assertThat(answers()).as(tag).isEqualTo(plain);
      }
    } finally {
      Locale.setDefault(locale);
      TimeZone.setDefault(zone);
      Security.setProperty("jdk.certpath.disabledAlgorithms", String.valueOf(paths));
      Security.setProperty("jdk.tls.disabledAlgorithms", String.valueOf(tls));
      System.clearProperty("org.bouncycastle.asn1.allow_unsafe_integer");
      System.clearProperty("org.bouncycastle.x509.allow_ca_without_crl_sign");
    }
  }

  private List<CredentialVerdict> answers() {
    List<CredentialVerdict> answers = new ArrayList<>();
    World fresh = new World();
    answers.add(check(fresh.trust(), fresh.doorKey, fresh.doorCredential()));
    answers.add(
        check(
            fresh.trust("dns=*.INSIDE.example.org"),
            fresh.doorKey,
            World.credential(fresh.door().dns("I.Inside.Example.ORG").sign(), fresh.siteDer)));
    answers.add(check(fresh.trust("cn=DOOR 7"), fresh.doorKey, fresh.doorCredential()));
    answers.add(
        check(
            fresh.trust(),
            fresh.doorKey,
            World.credential(
                fresh
                    .door()
                    .serial(123456789)
                    .names(new GeneralName(GeneralName.rfc822Name, "I@I"))
                    .sign(),
                fresh.site().authority(0).sign(),
                fresh.siteDer)));
    assertThat(answers.stream().filter(CredentialVerdict.Accepted.class::isInstance)).hasSize(2);
    return answers;
  }

  @Test
  void aCredentialIsNamedByAllItsBytes() {
    Credential chain = Credential.decode(w.doorCredential()).orThrow();
    InviteSecret secret = InviteSecret.link(Optional.empty(), Draft.entropy(30));

    assertThat(Credential.decode(chain.encode()).orThrow()).isEqualTo(chain);
    assertThat(chain.withInvite(secret.prove(w.doorKey.spki())).hash()).isNotEqualTo(chain.hash());
  }

  @Test
  void aChainFromAFileLosesItsRootAndNothingElse() {
    List<Certificate> file =
        List.of(
            Certificate.decode(w.doorDer).orThrow(),
            Certificate.decode(w.siteDer).orThrow(),
            Certificate.decode(w.rootDer).orThrow());

    assertThat(Credential.ofChain(file).encode()).isEqualTo(w.doorCredential());
  }
}
