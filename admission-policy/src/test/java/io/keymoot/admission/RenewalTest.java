package io.keymoot.admission;

import static io.keymoot.admission.World.TODAY;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.admission.certificate.Credential;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.wire.Bytes;
import org.junit.jupiter.api.Test;

class RenewalTest {
  private final World w = new World();
  private final Bytes longSite = w.site().valid(Draft.BORN, Draft.DIES.plusDays(3650)).sign();
  private final Bytes old = World.credential(w.doorDer, longSite);

  private Bytes renewed(WallTime from, WallTime until) {
    return World.credential(w.door().serial(4711).valid(from, until).sign(), longSite);
  }

  private Renewal.Advice judge(Bytes fresh) {
    return Renewal.judge(w.trust(), w.doorKey.spki(), old, fresh, TODAY);
  }

  private static String reason(Renewal.Advice advice) {
    return ((Renewal.Advice.KeepOld) advice).reason();
  }

  @Test
  void aLongerLivedCertificateOverTheSameKeyIsAReasonToSayHere() {
    WallTime until = Draft.DIES.plusDays(300);

    assertThat(judge(renewed(TODAY.plusDays(-1), until)))
        .isInstanceOfSatisfying(
            Renewal.Advice.SayHere.class,
            here -> {
              assertThat(here.until()).isEqualTo(until);
              assertThat(here.lostRoles()).isEmpty();
            });
  }

  @Test
  void anExpiredOldCertificateDoesNotStandInTheWay() {
    Bytes fresh = renewed(TODAY, Draft.DIES.plusDays(900));

    assertThat(Renewal.judge(w.trust(), w.doorKey.spki(), old, fresh, Draft.DIES.plusDays(20)))
        .isInstanceOf(Renewal.Advice.SayHere.class);
  }

  @Test
  void aCertificateOverAnotherKeyIsNoRenewal() {
    Bytes other =
        World.credential(
            Draft.device(World.SITE, w.siteKey, World.DOOR, w.otherKey).sign(), longSite);

    assertThat(reason(judge(other))).contains("over another key than the device's");
  }

  @Test
  void oneThatTheOthersWouldRefuseIsNotShown() {
    Bytes forged = World.credential(w.door().sealed(new byte[64]), longSite);

    assertThat(reason(judge(forged))).contains("forged or damaged");
  }

  @Test
  void oneForTomorrowWaitsUntilTomorrow() {
    assertThat(reason(judge(renewed(TODAY.plusDays(1), Draft.DIES.plusDays(300)))))
        .contains("is not valid before");
  }

  @Test
  void oneThatEndsNoLaterIsNotWorthAHere() {
    assertThat(reason(judge(renewed(TODAY, Draft.DIES)))).contains("no later than the old one");
    assertThat(reason(judge(old))).isEqualTo("It is the same credential as before.");
  }

  @Test
  void aRoleThatWouldBeLostIsNamed() {
    Bytes site = w.site().uri("keymoot:role:*").valid(Draft.BORN, Draft.DIES.plusDays(3650)).sign();
    Bytes chair = w.door().uri("keymoot:role:chair").sign();
    Bytes plain = w.door().serial(4711).valid(TODAY, Draft.DIES.plusDays(5)).sign();

    Renewal.Advice advice =
        Renewal.judge(
            w.trust(),
            w.doorKey.spki(),
            World.credential(chair, site),
            World.credential(plain, site),
            TODAY);

    assertThat(advice)
        .isInstanceOfSatisfying(
            Renewal.Advice.SayHere.class,
            here -> assertThat(here.lostRoles()).containsExactly("chair"));
  }

  @Test
  void anOpenGroupNeedsNoRenewal() {
    assertThat(
            reason(
                Renewal.judge(
                    Trust.OPEN, w.doorKey.spki(), Credential.SELF_MADE.encode(), old, TODAY)))
        .contains("open");
  }
}
