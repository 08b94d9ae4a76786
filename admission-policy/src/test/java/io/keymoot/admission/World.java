package io.keymoot.admission;

import io.keymoot.admission.certificate.Credential;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Found;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.JoinRequest;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.Suite;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.List;
import java.util.Optional;

/** A root, a site, some devices, and the group that trusts the root. */
public final class World {
  public static final String ROOT = "O=Example,CN=Example root";
  public static final String SITE = "O=Example,CN=Ward 3";
  public static final String DOOR = "O=Example,OU=Doors,CN=door 7";
  public static final WallTime TODAY = Draft.BORN.plusDays(100);
  public static final Tick NOW = new Tick(1_000);
  public static final GroupId GROUP = new GroupId(Hash32.sha256(new byte[] {7}));

  public final SigningKey rootKey = Draft.ed25519(1);
  public final SigningKey siteKey = Draft.ed25519(2);
  public final SigningKey doorKey = Draft.ed25519(3);
  public final SigningKey otherKey = Draft.ed25519(4);
  public final SigningKey curveKey = Draft.p256(5);

  public final Bytes rootDer = Draft.root(ROOT, rootKey).sign();
  public final Bytes siteDer = site().sign();
  public final Bytes doorDer = door().sign();

  public Draft site() {
    return Draft.site(ROOT, rootKey, SITE, siteKey);
  }

  public Draft door() {
    return Draft.device(SITE, siteKey, DOOR, doorKey).uri("spiffe://example.org/ward/3/door/7");
  }

  public Trust trust(String... patterns) {
    return new Trust(List.of(rootDer), List.of(patterns), Optional.empty());
  }

  public static Bytes credential(Bytes... certificates) {
    return new Credential(List.of(certificates), List.of()).encode();
  }

  public Bytes doorCredential() {
    return credential(doorDer, siteDer);
  }

  public Question mayDoorJoin() {
    return question(trust(), doorKey, doorCredential());
  }

  public static Question question(Trust trust, SigningKey key, Bytes credential) {
    return question(Question.Purpose.ADMIT, trust, key, credential);
  }

  public static Question question(
      Question.Purpose purpose, Trust trust, SigningKey key, Bytes credential) {
    return new Question(purpose, GROUP, trust, key.spki(), credential, Optional.empty());
  }

  public static Found found(Trust trust) {
    SigningKey founder = Draft.ed25519(99);
    return new Found(
        "test",
        Profile.CONFERENCE,
        Suite.values()[0],
        new Rights(new Rights.AnyMember(), Optional.of("chair"), 2),
        trust,
        new JoinRequest(
            new GroupId(Hash32.ZERO),
            founder.spki(),
            Credential.SELF_MADE.hash(),
            Hash32.ZERO,
            Bytes.owning(new byte[JoinRequest.NONCE_BYTES]),
            new FactId(Hash32.ZERO)));
  }

  public static PolicyRules rules(String yaml) {
    return switch (PolicyFile.parse(yaml)) {
      case PolicyFile.Parsed.Good good -> good.rules();
      case PolicyFile.Parsed.Faulty faulty -> throw new AssertionError(faulty.errors().toString());
    };
  }

  /** A policy in which only the way to be admitted matters. */
  public static AdmissionPolicy admitting(String admit) {
    return new AdmissionPolicy(rules(fileAdmitting(admit)));
  }

  public static String fileAdmitting(String admit) {
    return "version: 1\nexpel: nobody\nfounder: nobody\nintroducer: nobody\n" + admit;
  }

  public static String reason(Reply reply) {
    return switch (reply) {
      case Reply.No no -> no.reason();
      case Reply.Yes yes -> "yes: " + yes.because();
      case Reply.Wait wait -> "wait: " + wait.errands();
    };
  }
}
