package io.keymoot.daemon;

import io.keymoot.admission.Invite;
import io.keymoot.admission.InviteSecret;
import io.keymoot.admission.InviteUse;
import io.keymoot.admission.WallTime;
import io.keymoot.daemon.api.Ask;
import io.keymoot.daemon.api.Body;
import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.PrivateFiles;
import io.keymoot.daemon.setting.Problem;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.runtime.GroupNode;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Invites that are made while the daemon runs. Here stays the public half alone, and who used it,
 * in a file: an invite that was given away must be worth as much after a restart, and no more.
 */
final class Invites {
  private static final int SECONDS_AN_HOUR = 3_600;
  private static final int MOST_BYTES = 4 << 20;

  /** Events of before a revocation come within moments of it. */
  private static final int REVOKED_KEPT = 1_024;

  private final Path file;
  private List<Invite> made = List.of(); // guarded by this
  private List<InviteUse> uses = List.of(); // guarded by this

  /**
   * Those that were made here, by key, until the node tells of them: what it told before is late.
   */
  private final Map<Bytes, Invite> untold = new LinkedHashMap<>(); // guarded by this

  /** The latest keys that were taken back: the node may still tell of them, and never again. */
  private final LinkedHashSet<Bytes> revoked = new LinkedHashSet<>(); // guarded by this

  /** Names of those that the node has not taken yet. */
  private final Set<String> inTheMaking = new HashSet<>(); // guarded by this

  private Invites(Path file) {
    this.file = file;
  }

  /** What an earlier start kept. A file that cannot be read is set aside, and {@code note}d. */
  static Invites read(Path file, Consumer<String> note) {
    Invites invites = new Invites(file);
    if (!Files.exists(file)) {
      return invites;
    }
    try {
      invites.take(
          new JsonObject(new String(PrivateFiles.read(file, MOST_BYTES), StandardCharsets.UTF_8)));
    } catch (DecodeException | ClassCastException | IllegalArgumentException e) {
      invites.setAside(note);
    }
    return invites;
  }

  private void setAside(Consumer<String> note) {
    Path aside = file.resolveSibling(file.getFileName() + ".damaged");
    try {
      Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
      note.accept(file + " was damaged and is now " + aside + ": the invites of before are void.");
    } catch (IOException e) {
      throw new Problem(
          ErrorCode.BAD_FILE,
          file + " is damaged, and cannot be set aside: " + PrivateFiles.why(e) + '.',
          "Move it away: the invites in it are then void.");
    }
  }

  // ---- for the node

  synchronized List<Invite> made() {
    return made;
  }

  synchronized List<InviteUse> uses() {
    return uses;
  }

  /** Both lists as the node told of them: perhaps before what was made or revoked here since. */
  synchronized void keep(List<Invite> told, List<InviteUse> usesNow) {
    WallTime now = Ca.now();
    told.forEach(each -> untold.remove(each.key()));
    untold.values().removeIf(each -> isOver(each, now));
    // Even if it cannot be written now: what was used is used, and goes out with the next writing.
    uses = List.copyOf(usesNow);
    write(
        Stream.concat(told.stream(), untold.values().stream())
            .filter(each -> !revoked.contains(each.key()))
            .toList(),
        uses);
  }

  /** Invites that cannot be written are not taken. */
  private void write(List<Invite> madeNow, List<InviteUse> usesNow) {
    PrivateFiles.write(
        file, json(madeNow, usesNow).encodePrettily().getBytes(StandardCharsets.UTF_8));
    made = List.copyOf(madeNow);
    uses = List.copyOf(usesNow);
  }

  private static boolean isOver(Invite invite, WallTime now) {
    return invite.expires().filter(end -> !now.isBefore(end)).isPresent();
  }

  // ---- on disk

  private static JsonObject json(List<Invite> made, List<InviteUse> uses) {
    JsonArray invites = new JsonArray();
    for (Invite invite : made) {
      invites.add(
          new JsonObject()
              .put("name", invite.name())
              .put("key", invite.key().toHex())
              .put("uses", invite.uses().isPresent() ? invite.uses().getAsInt() : null)
              .put("expires", invite.expires().map(WallTime::epochSecond).orElse(null)));
    }
    JsonArray used = new JsonArray();
    for (InviteUse use : uses) {
      used.add(
          new JsonObject()
              .put("invite", use.invite().toHex())
              .put("device", use.device().hash().toHex()));
    }
    return new JsonObject().put("invites", invites).put("uses", used);
  }

  /** Those that are over by now are left behind, with who used them. */
  private synchronized void take(JsonObject json) {
    WallTime now = Ca.now();
    made =
        needed(json.getJsonArray("invites")).stream()
            .map(JsonObject.class::cast)
            .map(Invites::invite)
            .filter(invite -> !isOver(invite, now))
            .toList();
    List<Bytes> keys = made.stream().map(Invite::key).toList();
    uses =
        needed(json.getJsonArray("uses")).stream()
            .map(JsonObject.class::cast)
            .map(
                use ->
                    new InviteUse(
                        Bytes.fromHex(needed(use.getString("invite"))),
                        new Fingerprint(Hash32.fromHex(needed(use.getString("device"))))))
            .filter(use -> keys.contains(use.invite()))
            .toList();
  }

  private static Invite invite(JsonObject json) {
    Integer times = json.getInteger("uses");
    Long until = json.getLong("expires");
    return new Invite(
        needed(json.getString("name")),
        Bytes.fromHex(needed(json.getString("key"))),
        times == null ? OptionalInt.empty() : OptionalInt.of(times),
        Optional.ofNullable(until).map(WallTime::new));
  }

  private static <T> T needed(@Nullable T field) {
    if (field == null) {
      throw new IllegalArgumentException("something is missing");
    }
    return field;
  }

  // ---- making one

  /** Takes a good part of a second for a code: it is stretched. */
  JsonObject make(Ask ask, GroupNode node) {
    Body body = ask.body();
    body.only("name", "kind", "uses", "hours");
    String name = body.needed("name", 64);
    String kind = body.text("kind", 4).orElse("link");
    int times = body.number("uses", 0, 10_000, 1);
    int hours = body.number("hours", 1, 8_760, 24);
    if (!kind.equals("link") && !kind.equals("code")) {
      throw new Problem(ErrorCode.BAD_REQUEST, "'kind' is neither link nor code.", "Write one.");
    }
    takeName(name);
    SecureRandom random = new SecureRandom();
    WallTime expires = Ca.now().plusSeconds((long) hours * SECONDS_AN_HOUR);
    try (InviteSecret secret =
        kind.equals("code")
            ? InviteSecret.code(random::nextBytes)
            : InviteSecret.link(node.group(), random::nextBytes)) {
      Invite invite =
          new Invite(
              name,
              secret.publicKey(),
              times == 0 ? OptionalInt.empty() : OptionalInt.of(times),
              Optional.of(expires));
      node.addInvite(invite).toCompletableFuture().join();
      try {
        isMade(invite);
      } catch (Problem notWritten) {
        // Nobody is given it, so nobody may come by it.
        node.removeInvite(name).toCompletableFuture().join();
        throw notWritten;
      }
      return new JsonObject()
          .put("name", name)
          .put("kind", kind)
          .put("secret", secret.text())
          .put("uses", times)
          .put("expires", expires.toString());
    } finally {
      freeName(name);
    }
  }

  private synchronized void takeName(String name) {
    if (inTheMaking.contains(name) || made.stream().anyMatch(each -> each.name().equals(name))) {
      throw new Problem(
          ErrorCode.NAME_TAKEN,
          "An invite '" + name + "' is open already.",
          "Take another name, or take that one back: keymoot invite --revoke '" + name + "'");
    }
    inTheMaking.add(name);
  }

  private synchronized void freeName(String name) {
    inTheMaking.remove(name);
  }

  /** Kept before it is given to anybody: the node tells of it too, but in its own time. */
  synchronized void isMade(Invite invite) {
    if (made.stream().anyMatch(each -> each.key().equals(invite.key()))) {
      return;
    }
    try {
      write(Stream.concat(made.stream(), Stream.of(invite)).toList(), uses);
      untold.put(invite.key(), invite);
    } catch (Problem notWritten) {
      isTakenBack(invite.key());
      throw notWritten;
    }
  }

  private void isTakenBack(Bytes key) {
    untold.remove(key);
    revoked.add(key);
    if (revoked.size() > REVOKED_KEPT) {
      revoked.removeFirst();
    }
  }

  // ---- what is open

  synchronized JsonObject list() {
    JsonArray open = new JsonArray();
    WallTime now = Ca.now();
    for (Invite invite : made) {
      boolean over = isOver(invite, now);
      long used = uses.stream().filter(use -> use.invite().equals(invite.key())).count();
      open.add(
          new JsonObject()
              .put("name", invite.name())
              .put("uses", invite.uses().orElse(0))
              .put("used", used)
              .put("expires", invite.expires().map(WallTime::toString).orElse(null))
              .put("open", !over && (invite.uses().isEmpty() || used < invite.uses().getAsInt())));
    }
    return new JsonObject().put("invites", open);
  }

  /** Who was let in by it stays in. */
  JsonObject revoke(Ask ask, GroupNode node) {
    Body body = ask.body();
    body.only("name");
    String name = body.needed("name", 64);
    if (made().stream().noneMatch(each -> each.name().equals(name))) {
      throw new Problem(
          ErrorCode.NO_SUCH_INVITE,
          "There is no invite '" + name + "'.",
          "'keymoot invite --list' lists those that were made here.");
    }
    node.removeInvite(name).toCompletableFuture().join();
    isRevoked(name);
    return Desk.done();
  }

  /**
   * It is void already; if that cannot be written, it can be revoked again, for it is still here.
   */
  synchronized void isRevoked(String name) {
    List<Invite> its = made.stream().filter(each -> each.name().equals(name)).toList();
    if (!its.isEmpty()) {
      its.forEach(each -> isTakenBack(each.key()));
      write(made.stream().filter(each -> !its.contains(each)).toList(), uses);
    }
  }
}
