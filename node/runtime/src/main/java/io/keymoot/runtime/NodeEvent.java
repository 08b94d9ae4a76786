package io.keymoot.runtime;

import io.keymoot.admission.Invite;
import io.keymoot.admission.InviteUse;
import io.keymoot.admission.Renewal;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.frame.FrameStream;
import io.keymoot.flatkeying.frame.Opening;
import io.keymoot.flatkeying.keying.CoverReport;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.heartbeat.Freshness;
import io.keymoot.peer.Pending;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** What a node tells whoever listens. Never a key. */
public sealed interface NodeEvent {

  // ---- messages

  /**
   * @param number its place in the sender's stream; {@link Confirmed} and {@link Disowned} name it
   */
  record Message(From from, FrameStream stream, long number, Bytes payload) implements NodeEvent {
    /** Without what it says: this may come into a log. */
    @Override
    public String toString() {
      return "Message["
          + from
          + ", "
          + stream
          + ", number "
          + number
          + ", "
          + payload.length()
          + " bytes]";
    }
  }

  /**
   * Frames came that could not be opened, and why; or not yet, for their key is not held. Anybody
   * can send such, so each reason is told ten times a second at most.
   *
   * @param frames how many since it was told last
   */
  record Unopened(Opening why, long frames) implements NodeEvent {}

  /** A signature came for messages that were delivered as from the group: they are the sender's. */
  record Confirmed(MemberId sender, FrameStream stream, List<Long> numbers) implements NodeEvent {}

  /** The sender says that it did not send what was delivered under its name: another member did. */
  record Disowned(MemberId sender, FrameStream stream, List<Long> numbers) implements NodeEvent {}

  // ---- this node

  /**
   * @param cause a sentence for a person
   */
  record Status(NodeState state, String cause) implements NodeEvent {}

  /**
   * How much of the group is heard, so how much the roster is worth.
   *
   * @param heard members with fresh signed heartbeats
   */
  record Hearing(Freshness freshness, int heard, int members) implements NodeEvent {}

  /** A group was found by its name; this node now asks to be let in, or founded it. */
  record Met(GroupId group) implements NodeEvent {}

  /**
   * Another group of the same name is near. This node stays where it is, unless {@code moves}: then
   * it is alone in a group that it founded because it heard nobody, and asks to be let in there.
   */
  record OtherGroup(GroupId group, boolean moves) implements NodeEvent {}

  // ---- the group

  record RosterChanged(List<MemberId> came, List<MemberId> went, int members)
      implements NodeEvent {}

  /**
   * Messages are sealed under this key from now on.
   *
   * @param revision steps with each admission, with the same epoch
   */
  record KeyInUse(FactId epoch, int revision, int members) implements NodeEvent {}

  /** This node made a new key, and what telling it cost. */
  record Rekeyed(FactId epoch, CoverReport cost) implements NodeEvent {}

  /**
   * Another member's key came to this node.
   *
   * @param cover what was told with it, as far as anybody but its author can see
   */
  record KeyCame(FactId epoch, MemberId by, CoverReport cover) implements NodeEvent {}

  /** A key holder made these slots' keys anew; the next epoch takes them into use. */
  record Resealed(MemberId by, List<Slot> slots) implements NodeEvent {}

  /** A question of this node's policy waits for people, members or another system. */
  record Waits(Pending about) implements NodeEvent {}

  /**
   * This node's policy decided, at once or after waiting.
   *
   * @param reason a whole sentence
   * @param remedy what can be done about a no; empty for a yes
   */
  record Decided(Pending about, boolean yes, String reason, String remedy) implements NodeEvent {}

  /** A fact was refused: somebody else's, or one this node wanted to make. */
  record Refused(FactId fact, String why) implements NodeEvent {}

  /** What is wrong with revocation lists or invites that were handed in. */
  record PolicyFaults(List<String> faults) implements NodeEvent {}

  /** Invites that were added, and who used which: to be kept for the next start. */
  record InvitesAre(List<Invite> added, List<InviteUse> uses) implements NodeEvent {}

  /** Whether a renewed credential was taken, and what that changes. */
  record RenewalIs(Renewal.Advice advice) implements NodeEvent {}

  // ---- what ought not to be

  /**
   * Somebody speaks another version of the protocol, and is not understood; this node's messages
   * tell it the same. Told once a minute for each.
   */
  record OtherVersion(String from, int theirs, int ours) implements NodeEvent {
    @Override
    public String toString() {
      return from
          + " speaks version "
          + theirs
          + " of the protocol and this node version "
          + ours
          + ": the older of the two must be updated before they can be in one group";
    }
  }

  /** Another member has the same facts and another idea of who is in: one of us has a bug. */
  record RosterDisagrees(MemberId with) implements NodeEvent {}

  /**
   * A file of this node could not be used and was set aside under another name, nothing lost of it.
   *
   * @param why what is wrong, and what that means
   */
  record SetAside(Path file, Path now, String why) implements NodeEvent {}

  /**
   * A file of this node could not be read, and is where it was; the node started without.
   *
   * @param why what is wrong, and what that means
   */
  record NotRead(Path file, String why) implements NodeEvent {}

  /**
   * What must survive a restart could not be written: a device that ended now would not know it. It
   * is tried again until it succeeds or the node is closed; told once until {@link WrittenAgain}.
   */
  record NotWritten(Path file, String why) implements NodeEvent {}

  /**
   * What must survive a restart is more than such a file may hold, so it was not written: what the
   * file held before it still holds. It is tried again when there is something new to remember, for
   * else nothing would change; told once until {@link WrittenAgain}.
   */
  record TooLargeToWrite(Path file, long bytes, long most) implements NodeEvent {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s would have %,d bytes, and may have %,d: it was left as it is, and of whoever was put"
              + " out since it was written last this device would not know after a restart. The"
              + " group has too long a history: found another",
          file,
          bytes,
          most);
    }
  }

  /** What was {@link NotWritten}, or too large, is written now, with all that came since. */
  record WrittenAgain(Path file) implements NodeEvent {}
}
