package io.keymoot.simulator.invariant;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.peer.Peer;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a peer keeps in tables and queues, read out of the running peer by the names of its fields:
 * those that others can make grow, each with the limit that the product itself names for it. A
 * table of which nothing is said here is found by {@code BoundsTest}.
 */
final class Tables {
  private static final String CORE = "flatkeying.Limits.";
  private static final String BEAT = "heartbeat.HeartbeatLimits.";
  private static final String PEER = "peer.PeerLimits.";
  private static final String POLICY = "admission.AdmissionLimits.";

  /** Where the rooms of a peer are: what facts show, and records, are not gone into. */
  private static final List<String> ROOMS =
      List.of(
          "peer.",
          "heartbeat.",
          "admission.",
          "flatkeying.keying.",
          "flatkeying.group.Ledger",
          "flatkeying.group.Membership",
          "flatkeying.group.Undecided",
          "flatkeying.group.Waiting",
          "flatkeying.key.SessionTable");

  /** Of a field, the limits that together say how much it may hold. */
  private static final Map<String, List<String>> LIMITS = new TreeMap<>();

  static {
    is("peer.OtherVersions#told", PEER + "OTHER_VERSIONS");
    is("peer.Strangers#from", PEER + "STRANGERS");
    is("peer.Unheard#questions", PEER + "UNHEARD_MEMBERS");
    is("peer.Words#said", PEER + "WORDS_IN_ALL");
    is("peer.Judging#told", PEER + "TOLD");
    is("peer.Judging#open", POLICY + "OPEN_QUESTIONS", POLICY + "OPEN_QUESTIONS", PEER + "BELIEFS");
    is("peer.Identities#known", PEER + "IDENTITIES");
    is("peer.Peer#begun", CORE + "OWN_STAYS");
    is("admission.AdmissionPolicy#questions", POLICY + "OPEN_QUESTIONS", POLICY + "OPEN_QUESTIONS");
    is("admission.AdmissionPolicy#lists", POLICY + "REVOCATION_LISTS");
    is("admission.InviteBook#made", POLICY + "INVITES");
    is("admission.SerialBook#seen", POLICY + "SERIALS_SEEN");
    is("heartbeat.Absence#suspicions", BEAT + "SUSPICIONS");
    is("heartbeat.Duties#owed", BEAT + "DUTIES");
    is("heartbeat.Fetching#ahead", BEAT + "AHEAD");
    is("heartbeat.Fetching#strangers", BEAT + "STRANGERS");
    is("heartbeat.Fetching#askedNow", BEAT + "FETCHES_AT_ONCE");
    is("heartbeat.Fetching#tallies", BEAT + "FETCHED_OF");
    is("heartbeat.Fetching#wants", BEAT + "WANTS");
    is("heartbeat.Heartbeat#disagreed", BEAT + "DISAGREEMENTS");
    is("heartbeat.Heartbeat#heads", CORE + "HEADS");
    is("heartbeat.Repeating#facts", BEAT + "REPEATING");
    is("heartbeat.Rosters#made", BEAT + "ROSTERS");
    is("flatkeying.group.Ledger#refused", "flatkeying.group.Ledger.REFUSALS_KEPT");
    is("flatkeying.key.SessionTable#sessions", CORE + "SESSIONS");
    is("flatkeying.keying.Answering#asked", CORE + "FACTS_ASKED_FOR");
    is("flatkeying.keying.Answering#askers", CORE + "ASKERS");
    is("flatkeying.keying.Approvals#words", CORE + "APPROVED_ACTS");
    is("flatkeying.keying.Blobs#bytes", CORE + "BLOBS");
    is("flatkeying.keying.Blobs#kept", CORE + "KEPT_CREDENTIALS");
    is("flatkeying.keying.Blobs#leafKeys", CORE + "BLOBS");
    is("flatkeying.keying.Blobs#verdicts", CORE + "BLOBS");
    is("flatkeying.keying.Core#lastNamed", CORE + "HEADS");
    is("flatkeying.keying.Credentials#asked", CORE + "CREDENTIALS_TO_CHECK");
    is("flatkeying.keying.Credentials#unchecked", CORE + "CREDENTIALS_TO_CHECK");
    is("flatkeying.keying.GrantsAgain#granted", CORE + "GRANTED_AGAIN");
    is("flatkeying.keying.Joining#admitted", CORE + "ADMIT_QUEUE");
    is("flatkeying.keying.Joining#approved", CORE + "APPROVED_ACTS");
    is("flatkeying.keying.Joining#approvers", CORE + "APPROVALS");
    is("flatkeying.keying.Joining#asking", CORE + "ADMIT_QUEUE");
    is("flatkeying.keying.Joining#beliefs", CORE + "INTRODUCERS");
    is("flatkeying.keying.Joining#grants", CORE + "GRANTS_PENDING");
    is("flatkeying.keying.Joining#introducers", CORE + "INTRODUCERS");
    is("flatkeying.keying.Joining#knowLess", CORE + "INTRODUCERS");
    is("flatkeying.keying.Joining#passedOn", CORE + "APPROVED_ACTS");
    is("flatkeying.keying.Joining#progress", CORE + "INTRODUCERS");
    is("flatkeying.keying.KeyStore#gone", CORE + "ERASED_REMEMBERED");
    is("flatkeying.keying.Pace#buckets", CORE + "PACED_AUTHORS");
    is("flatkeying.keying.Pace#signatures", CORE + "PACED_IN_ALL");
    is("flatkeying.keying.Pace#waiting", CORE + "PACED_IN_ALL");
    is("flatkeying.keying.Pending#suspensions", CORE + "REKEY_TARGETS");
    is("flatkeying.keying.Relays#done", CORE + "RELAYS_WAITING");
    is("flatkeying.keying.Relays#waiting", CORE + "RELAYS_WAITING");
    is("flatkeying.keying.SlotNeeds#asked", "flatkeying.keying.SlotNeeds.OUTSTANDING");
    is("flatkeying.keying.SlotNeeds#givenTo", CORE + "HOLDERS_PER_EPOCH");
    is("flatkeying.keying.Syncing#wantedBlobs", CORE + "BLOBS");
    for (String each : List.of("waiting", "copies", "shares")) {
      // Its owner says how many; those of whoever is not in are fewer.
      is("flatkeying.group.Undecided#" + each, CORE + "WAITING_IN_ALL");
    }
  }

  /**
   * As large as what the facts show, as the slots of one member, as the epochs that are held, or as
   * what this device itself wants; or empty again when the step ends.
   */
  private static final Set<String> FOLLOW =
      Set.of(
          "admission.InviteBook#users",
          "admission.PolicyRules#anchors",
          "admission.PolicyRules#deniedCertificates",
          "admission.PolicyRules#deniedDevices",
          "admission.PolicyRules#invites",
          "admission.PolicyRules#ways",
          "flatkeying.group.Ledger#covers",
          "flatkeying.group.Ledger#known",
          "flatkeying.group.Ledger#rootsKept",
          "flatkeying.group.Membership#atDoor", // by itself, but for newcomers: see Bounds
          "flatkeying.group.Membership#caught",
          "flatkeying.keying.Core#out",
          "flatkeying.keying.Credentials#bad",
          "flatkeying.keying.Credentials#said",
          "flatkeying.keying.Doubts#words",
          "flatkeying.keying.FlatKeying#unusedLeafKeys",
          "flatkeying.keying.Joining#unseen",
          "flatkeying.keying.KeyStore#all",
          "flatkeying.keying.KeyStore#erased",
          "flatkeying.keying.KeyStore#held", // see Bounds
          "flatkeying.keying.KeyStore$Held#goesAt",
          "flatkeying.keying.Knew#marks",
          "flatkeying.keying.NeedGive#holders",
          "flatkeying.keying.NeedGive#toHandOn",
          "flatkeying.keying.Pending#carried",
          "flatkeying.keying.Pending#faulty",
          "flatkeying.keying.Pending#going",
          "flatkeying.keying.Pending#leaves",
          "flatkeying.keying.Rekeying#tried",
          "flatkeying.keying.Repeating#words", // its own words besides others' REPEATED_WORDS
          "flatkeying.keying.Resealing#lacks",
          "flatkeying.keying.Resealing#lastAt",
          "flatkeying.keying.Resealing#owed",
          "flatkeying.keying.Resealing#turns",
          "flatkeying.keying.Self#forgetAt",
          "flatkeying.keying.Self#leafKeys",
          "flatkeying.keying.Sending#learntLately",
          "flatkeying.keying.SlotKeys#fresh",
          "flatkeying.keying.SlotKeys#own",
          "flatkeying.keying.SlotKeys#rows",
          "flatkeying.keying.SlotKeys#wanted",
          "flatkeying.keying.SlotNeeds#wanted",
          "flatkeying.keying.Syncing#toldLacking",
          "flatkeying.keying.Timers#due",
          "heartbeat.Heartbeat#effects",
          "heartbeat.Ranking#places",
          "heartbeat.Roster#lines",
          "heartbeat.Roster#seats",
          "peer.Judging#helped",
          "peer.Judging#helping",
          "peer.Peer#keyingDid",
          "peer.Peer#keys",
          "peer.Peer#leftBehind",
          "peer.Peer#out",
          "peer.Peer#remembered",
          "peer.Peer#resealsOwed",
          "peer.Peer#shunned");

  private static final String PRODUCT = "io.keymoot.";

  private static void is(String field, String... limits) {
    LIMITS.put(field, List.of(limits));
  }

  /** One table of one peer. */
  record Table(String name, Object room, Field field) {
    int size() {
      return switch (value(field, room)) {
        case Collection<?> some -> some.size();
        case Map<?, ?> some -> some.size();
        case null, default -> 0; // none there yet
      };
    }

    /** Empty where it follows something else. */
    Optional<Integer> most() {
      List<String> limits = LIMITS.get(name);
      return limits == null
          ? Optional.empty()
          : Optional.of(limits.stream().mapToInt(Tables::limit).sum());
    }

    boolean isListed() {
      return LIMITS.containsKey(name) || FOLLOW.contains(name);
    }
  }

  private Tables() {}

  /** Those of which something is said here. */
  static Set<String> listed() {
    Set<String> names = new TreeSet<>(FOLLOW);
    names.addAll(LIMITS.keySet());
    return names;
  }

  /** All of this peer's, once it has started. */
  static List<Table> of(Peer peer) {
    List<Table> tables = new ArrayList<>();
    look(peer, tables, Collections.newSetFromMap(new IdentityHashMap<>()));
    return List.copyOf(tables);
  }

  private static void look(Object room, List<Table> tables, Set<Object> seen) {
    if (!seen.add(room)) {
      return;
    }
    for (Field field : room.getClass().getDeclaredFields()) {
      if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
        field.setAccessible(true);
        Object value = value(field, room);
        if (value instanceof Collection || value instanceof Map) {
          tables.add(new Table(name(room.getClass()) + '#' + field.getName(), room, field));
        } else if (value != null && isRoom(value)) {
          look(value, tables, seen);
        }
      }
    }
  }

  private static boolean isRoom(Object value) {
    Class<?> type = value.getClass();
    return type.getName().startsWith(PRODUCT)
        && ROOMS.stream().anyMatch(name(type)::startsWith)
        && !type.isRecord()
        && !type.isEnum()
        && !type.isHidden()
        && !(value instanceof Entropy);
  }

  private static String name(Class<?> type) {
    return type.getName().substring(PRODUCT.length());
  }

  private static Object value(Field field, Object of) {
    try {
      return field.get(of);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(field + " cannot be read any more", e);
    }
  }

  /** The product's own constant, wherever it keeps it. */
  private static int limit(String name) {
    int at = name.lastIndexOf('.');
    try {
      Field field =
          Class.forName(PRODUCT + name.substring(0, at)).getDeclaredField(name.substring(at + 1));
      field.setAccessible(true);
      return field.getInt(null);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the limit " + name + " is gone", e);
    }
  }
}
