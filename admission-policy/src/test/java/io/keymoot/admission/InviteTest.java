package io.keymoot.admission;

import static io.keymoot.admission.World.NOW;
import static io.keymoot.admission.World.TODAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keymoot.admission.certificate.Credential;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.wire.Decoded;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InviteTest {
  private final World w = new World();
  private final InviteSecret secret =
      InviteSecret.link(Optional.of(World.GROUP), Draft.entropy(40));

  private AdmissionPolicy policy(String limits) {
    return World.admitting(
        "invites:\n  - name: ward\n    key: "
            + Invite.keyText(secret.publicKey())
            + limits
            + "\nadmit: {invite: ward}");
  }

  private static Question with(InviteSecret shown, SigningKey device) {
    return World.question(
        Trust.OPEN, device, Credential.SELF_MADE.withInvite(shown.prove(device.spki())).encode());
  }

  @Test
  void anInviteLetsInWhoHoldsIt() {
    assertThat(policy("").ask(with(secret, w.otherKey), TODAY, NOW))
        .isInstanceOfSatisfying(
            Reply.Yes.class, yes -> assertThat(yes.because()).isEqualTo("invite \"ward\""));
  }

  @Test
  void noneShownIsSaidSo() {
    Question none = World.question(Trust.OPEN, w.otherKey, Credential.SELF_MADE.encode());

    assertThat(World.reason(policy("").ask(none, TODAY, NOW))).isEqualTo("No invite is shown.");
  }

  @Test
  void aGuessedInviteLetsNobodyIn() {
    InviteSecret guess = InviteSecret.link(Optional.empty(), Draft.entropy(41));

    assertThat(World.reason(policy("").ask(with(guess, w.otherKey), TODAY, NOW)))
        .isEqualTo(
            "The invite that is shown is not known here, or was made out to another device.");
  }

  @Test
  void aProofCopiedFromAnotherDeviceLetsNobodyIn() {
    Question thief =
        World.question(
            Trust.OPEN,
            w.otherKey,
            Credential.SELF_MADE.withInvite(secret.prove(w.doorKey.spki())).encode());

    assertThat(policy("").ask(thief, TODAY, NOW)).isInstanceOf(Reply.No.class);
  }

  @Test
  void aSingleUseInviteLetsInOneDeviceAndThatOneAgain() {
    AdmissionPolicy policy = policy("");

    assertThat(policy.ask(with(secret, w.otherKey), TODAY, NOW)).isInstanceOf(Reply.Yes.class);
    assertThat(policy.ask(with(secret, w.otherKey), TODAY, NOW)).isInstanceOf(Reply.Yes.class);
    assertThat(World.reason(policy.ask(with(secret, w.doorKey), TODAY, NOW)))
        .isEqualTo("The invite \"ward\" is used up: it let in 1 device.");
  }

  @Test
  void aMultiUseInviteLetsInAsManyAsItSays() {
    AdmissionPolicy policy = policy("\n    uses: 2");

    assertThat(policy.ask(with(secret, w.otherKey), TODAY, NOW)).isInstanceOf(Reply.Yes.class);
    assertThat(policy.ask(with(secret, w.doorKey), TODAY, NOW)).isInstanceOf(Reply.Yes.class);
    assertThat(World.reason(policy.ask(with(secret, w.siteKey), TODAY, NOW)))
        .isEqualTo("The invite \"ward\" is used up: it let in 2 devices.");
  }

  @Test
  void anUnlimitedInviteRemembersNobody() {
    AdmissionPolicy policy = policy("\n    uses: unlimited");

    for (long seed = 50; seed < 60; seed++) {
      assertThat(policy.ask(with(secret, Draft.ed25519(seed)), TODAY, NOW))
          .isInstanceOf(Reply.Yes.class);
    }
    assertThat(policy.inviteUses()).isEmpty();
  }

  @Test
  void anExpiredInviteLetsNobodyIn() {
    AdmissionPolicy policy = policy("\n    expires: " + TODAY);

    assertThat(policy.ask(with(secret, w.otherKey), TODAY.plusSeconds(-1), NOW))
        .isInstanceOf(Reply.Yes.class);
    assertThat(World.reason(policy.ask(with(secret, w.doorKey), TODAY, NOW)))
        .isEqualTo("The invite \"ward\" expired at " + TODAY + ".");
  }

  @Test
  void anInviteIsUsedUpOnlyByWhoIsLetInByIt() {
    AdmissionPolicy both =
        World.admitting(
            "invites:\n  - {name: ward, key: "
                + Invite.keyText(secret.publicKey())
                + "}\nadmit: {all: [{invite: any}, {ask: chair}]}");
    Ticket first = both.ask(with(secret, w.otherKey), TODAY, NOW).ticket();
    Ticket second = both.ask(with(secret, w.doorKey), TODAY, NOW).ticket();

    assertThat(both.inviteUses()).isEmpty();
    both.hear(new Hearing.PersonSaid(first, "chair", false, "Ada"), TODAY, NOW);
    assertThat(both.inviteUses()).isEmpty();
    assertThat(both.hear(new Hearing.PersonSaid(second, "chair", true, "Ada"), TODAY, NOW))
        .get()
        .isInstanceOf(Reply.Yes.class);
    assertThat(both.inviteUses()).hasSize(1);
  }

  @Test
  void ofTwoWhoWaitWithOneInviteOnlyTheFirstToBeLetInGetsIn() {
    AdmissionPolicy both =
        World.admitting(
            "invites:\n  - {name: ward, key: "
                + Invite.keyText(secret.publicKey())
                + "}\nadmit: {all: [{invite: any}, {ask: chair}]}");
    Ticket first = both.ask(with(secret, w.otherKey), TODAY, NOW).ticket();
    Ticket second = both.ask(with(secret, w.doorKey), TODAY, NOW).ticket();

    both.hear(new Hearing.PersonSaid(second, "chair", true, "Ada"), TODAY, NOW);
    Reply late =
        both.hear(new Hearing.PersonSaid(first, "chair", true, "Ada"), TODAY, NOW).orElseThrow();

    assertThat(World.reason(late)).contains("used up");
  }

  @Test
  void aDeviceWithACertificateDoesNotUseUpTheInviteItShowsAlong() {
    AdmissionPolicy policy =
        World.admitting(
            "invites:\n  - {name: ward, key: "
                + Invite.keyText(secret.publicKey())
                + "}\nadmit: {any: [{certificate: any}, {invite: any}]}");
    Credential both =
        new Credential(List.of(w.doorDer, w.siteDer), List.of(secret.prove(w.doorKey.spki())));

    assertThat(policy.ask(World.question(w.trust(), w.doorKey, both.encode()), TODAY, NOW))
        .isInstanceOf(Reply.Yes.class);
    assertThat(policy.inviteUses()).isEmpty();
  }

  @Test
  void aRestartGivesNoInviteASecondLife() {
    AdmissionPolicy before = policy("");
    before.ask(with(secret, w.otherKey), TODAY, NOW);
    AdmissionPolicy after = policy("");
    after.restore(before.inviteUses());

    assertThat(after.ask(with(secret, w.doorKey), TODAY, NOW)).isInstanceOf(Reply.No.class);
    assertThat(after.ask(with(secret, w.otherKey), TODAY, NOW)).isInstanceOf(Reply.Yes.class);
  }

  @Test
  void aReloadGivesNoInviteASecondLifeEither() {
    AdmissionPolicy policy = policy("");
    policy.ask(with(secret, w.otherKey), TODAY, NOW);
    policy.reload(
        World.rules(
            World.fileAdmitting(
                "invites:\n  - name: renamed\n    key: "
                    + Invite.keyText(secret.publicKey())
                    + "\nadmit: {invite: renamed}")),
        TODAY);

    assertThat(policy.ask(with(secret, w.doorKey), TODAY, NOW)).isInstanceOf(Reply.No.class);
  }

  @Test
  void invitesCanBeAddedAndTakenBackWhileRunning() {
    AdmissionPolicy policy = World.admitting("admit: {invite: any}");
    Invite invite = new Invite("visitor", secret.publicKey(), OptionalInt.of(1), Optional.empty());

    assertThat(policy.addInvite(invite)).isTrue();
    assertThat(policy.addInvite(invite)).isFalse();
    assertThat(policy.addedInvites()).containsExactly(invite);
    assertThat(policy.ask(with(secret, w.otherKey), TODAY, NOW)).isInstanceOf(Reply.Yes.class);
    policy.removeInvite("visitor");
    assertThat(policy.ask(with(secret, w.doorKey), TODAY, NOW)).isInstanceOf(Reply.No.class);
  }

  @Test
  void invitesThatAreOverMakeRoomForOthers() {
    AdmissionPolicy policy = World.admitting("admit: {invite: any}");
    for (int i = 0; i < AdmissionLimits.INVITES; i++) {
      assertThat(policy.addInvite(invite("visitor" + i, TODAY.plusSeconds(60)), TODAY)).isTrue();
    }
    Invite next = invite("next", TODAY.plusSeconds(900));
    assertThat(policy.addInvite(next, TODAY.plusSeconds(59))).isFalse();
    assertThat(policy.addInvite(next, TODAY.plusSeconds(60))).isTrue();
    assertThat(policy.addedInvites()).containsExactly(next);
  }

  private Invite invite(String name, WallTime expires) {
    return new Invite(name, secret.publicKey(), OptionalInt.of(1), Optional.of(expires));
  }

  @Test
  void whoUsedAnInviteThatExistsNoMoreIsForgotten() {
    AdmissionPolicy policy = policy("");
    for (int i = 0; i < 50; i++) {
      InviteSecret next = InviteSecret.link(Optional.empty(), Draft.entropy(100 + i));
      policy.addInvite(
          new Invite("visitor", next.publicKey(), OptionalInt.of(1), Optional.empty()));
      policy.restore(List.of(new InviteUse(next.publicKey(), Draft.fingerprint(w.doorKey))));
      assertThat(policy.inviteUses()).hasSize(1);
      policy.removeInvite("visitor");
    }
    assertThat(policy.inviteUses()).isEmpty();
  }

  @Test
  void usesOfUnknownInvitesAreNotRestoredNorMoreThanOneInviteHas() {
    AdmissionPolicy policy = policy("\n    uses: 2");
    InviteSecret unknown = InviteSecret.link(Optional.empty(), Draft.entropy(41));
    policy.restore(List.of(new InviteUse(unknown.publicKey(), Draft.fingerprint(w.doorKey))));
    assertThat(policy.inviteUses()).isEmpty();
    for (int i = 0; i < 20; i++) {
      Fingerprint device = Draft.fingerprint(Draft.ed25519(200 + i));
      policy.restore(List.of(new InviteUse(secret.publicKey(), device)));
    }
    assertThat(policy.inviteUses()).hasSize(2);
    assertThat(policy.ask(with(secret, w.otherKey), TODAY, NOW)).isInstanceOf(Reply.No.class);
  }

  // ---- secrets

  @Test
  void aLinkCarriesTheGroupAndTheSecret() {
    String text = secret.text();
    InviteSecret read = InviteSecret.parse(text).orThrow();

    assertThat(text).startsWith("keymoot:join?group=" + World.GROUP.hash().toHex() + "&invite=");
    assertThat(read.group()).contains(World.GROUP);
    assertThat(read.publicKey()).isEqualTo(secret.publicKey());
  }

  @Test
  void aCodeIsTwoGroupsOfSevenAndForgivesHowItIsTyped() {
    InviteSecret code = InviteSecret.code(Draft.entropy(42));
    String text = code.text();

    assertThat(text).matches("[A-Z2-7]{7}-[A-Z2-7]{7}");
    assertThat(
            InviteSecret.parse(" " + text.toLowerCase(Locale.ROOT).replace("-", "") + " ")
                .orThrow()
                .publicKey())
        .isEqualTo(code.publicKey());
    assertThat(InviteSecret.code(Draft.entropy(43)).publicKey()).isNotEqualTo(code.publicKey());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ABCD-EFGH",
        "AAAAAAA-AAAAAAB",
        "keymoot:join?",
        "keymoot:join?invite=ABC",
        "keymoot:join?group=12&invite=ABC",
        "keymoot:join?other=1",
      })
  void aMistypedInviteIsSaidToBeSo(String text) {
    assertThat(InviteSecret.parse(text)).isInstanceOf(Decoded.Malformed.class);
  }

  @Test
  void theSecretIsNotInWhatItPrintsAndCannotBeUsedAfterClosing() {
    InviteSecret other = InviteSecret.link(Optional.empty(), Draft.entropy(44));
    String text = other.text();
    assertThat(other.toString()).isEqualTo("InviteSecret");

    other.close();

    assertThat(other.text()).isNotEqualTo(text);
    assertThatThrownBy(() -> other.prove(w.doorKey.spki()))
        .isInstanceOf(IllegalStateException.class);
  }
}
