package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Found;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Reseal;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.message.ApproveWord;
import io.keymoot.flatkeying.message.Grant;
import io.keymoot.flatkeying.message.LeaveWord;
import io.keymoot.flatkeying.message.Relay;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.message.SyncReply;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Writes down what happens in a {@link Group}, short enough to be read: what several do alike is
 * one line with their names; what is asked for and fetched is counted.
 */
final class ScenarioTrace implements Group.Witness {
  private final Group group;
  private final StringBuilder told = new StringBuilder();
  private final Map<FactId, String> names = new TreeMap<>();
  private final Map<Character, Integer> named = new TreeMap<>();
  private final Map<String, Line> lines = new LinkedHashMap<>();
  private final Map<MessageType, Count> counts = new TreeMap<>();
  private final Map<Group.Node, Integer> read = new LinkedHashMap<>();
  private final Set<MessageType> saidSince = new LinkedHashSet<>();

  /** What several did, from the first to the last of them. */
  private static final class Line {
    final long first;
    long last;
    final Map<String, Integer> who = new LinkedHashMap<>();

    Line(long first) {
      this.first = first;
    }
  }

  private static final class Count {
    int messages;
    int bytes;
  }

  ScenarioTrace(Group group) {
    this.group = group;
  }

  // ---- the text

  /** What happened since the last command goes below this one. */
  void command(String command) {
    told.append("> ").append(command).append("\n");
  }

  /** What was told so far is how the story came about, and no part of it. */
  void begin() {
    told.setLength(0);
  }

  void tell(String line) {
    told.append("  ").append(line).append("\n");
  }

  /** What the command brought about. */
  void flush() {
    lines.forEach(
        (text, line) -> {
          String when = seconds(line.first);
          if (!when.equals(seconds(line.last))) {
            when += "-" + seconds(line.last);
          }
          String who =
              line.who.entrySet().stream()
                  .map(each -> each.getKey() + (each.getValue() > 1 ? "×" + each.getValue() : ""))
                  .collect(Collectors.joining(" "));
          tell(String.format(Locale.ROOT, "%-11s %s: %s", when, who, text));
        });
    lines.clear();
    if (!counts.isEmpty()) {
      tell(
          "also        "
              + counts.entrySet().stream()
                  .map(
                      each ->
                          String.format(
                              Locale.ROOT,
                              "%d %s (%,d bytes)",
                              each.getValue().messages,
                              each.getKey(),
                              each.getValue().bytes))
                  .collect(Collectors.joining(", ")));
      counts.clear();
    }
  }

  private static String seconds(long millis) {
    return String.format(Locale.ROOT, "%.1f", millis / 1_000.0);
  }

  String told() {
    return told.toString();
  }

  private void line(Group.Node who, String text) {
    Line line = lines.computeIfAbsent(text, any -> new Line(group.now));
    line.last = group.now;
    line.who.merge(who.name, 1, Integer::sum);
  }

  // ---- names

  String name(FactId fact) {
    return names.getOrDefault(fact, "?");
  }

  private String named(FactId fact, char kind) {
    return names.computeIfAbsent(fact, id -> kind + "" + named.merge(kind, 1, Integer::sum));
  }

  String name(MemberId member) {
    return group.nodes.values().stream()
        .filter(node -> node.core.core.self.isNamed() && node.id().equals(member))
        .map(node -> node.name)
        .findFirst()
        .orElse("?");
  }

  String names(List<MemberId> members) {
    return members.stream().map(this::name).sorted().collect(Collectors.joining(" "));
  }

  // ---- what is said

  /** Whether such a message was said since this was last asked. */
  boolean wasSaid(MessageType type) {
    return saidSince.remove(type);
  }

  @Override
  public void said(Group.Node from, Bytes message) {
    MessageType type = SideCodec.typeOf(message).orElse(null);
    if (type == null) {
      line(from, "says something that is no message");
      return;
    }
    if (type.isFact()) {
      fact(from, message, message.length());
      return;
    }
    if (SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok) {
      side(from, type, ok.value(), message.length());
    }
  }

  private void side(Group.Node from, MessageType type, SideMessage message, int bytes) {
    saidSince.add(type);
    if (message instanceof SyncReply reply && reply.facts().stream().anyMatch(this::isNew)) {
      reply.facts().stream().filter(this::isNew).forEach(fact -> fact(from, fact, bytes));
      return;
    }
    switch (message) {
      case Grant grant -> line(from, "grants " + name(grant.to()) + " the key, " + size(bytes));
      case LeaveWord word ->
          line(from, "says that " + name(word.leave().header().author()) + " leaves");
      case ApproveWord word -> line(from, approval(word.approval()));
      case Relay relay ->
          line(from, "relays under " + plural(relay.wraps().size(), "slot") + ", " + size(bytes));
      default -> {
        Count count = counts.computeIfAbsent(type, any -> new Count());
        count.messages++;
        count.bytes += bytes;
      }
    }
  }

  private String approval(Approval word) {
    return "approves: " + word.action().name().toLowerCase(Locale.ROOT) + " " + subject(word);
  }

  private String subject(Approval word) {
    return group.nodes.values().stream()
        .filter(
            node ->
                node.device().hash().equals(word.subject())
                    || node.id().hash().equals(word.subject()))
        .map(node -> node.name)
        .findFirst()
        .orElse("?");
  }

  private boolean isNew(Bytes fact) {
    return FactCodec.decode(fact) instanceof Decoded.Ok<Envelope> ok
        && !names.containsKey(ok.value().id());
  }

  private void fact(Group.Node from, Bytes message, int bytes) {
    if (!(FactCodec.decode(message) instanceof Decoded.Ok<Envelope> ok)) {
      line(from, "says something that is no fact");
      return;
    }
    Envelope fact = ok.value();
    FactId id = fact.id();
    String what =
        switch (fact.fact()) {
          case Found found -> {
            named(id, 'f');
            yield "founds the group";
          }
          case Admit admit ->
              named(id, 'a')
                  + " admits "
                  + names(admit.rows().stream().map(row -> row.request().member()).toList());
          case Here here -> named(id, 'h') + " says Here";
          case Rekey rekey ->
              named(id, 'e')
                  + rekey.prev().map(prev -> " follows " + name(prev)).orElse("")
                  + targets(rekey.targets())
                  + ": "
                  + cover(fact.cover());
          case Reseal reseal ->
              named(id, 'r') + " gives fresh keys to " + plural(reseal.slots().size(), "slot");
        };
    saidSince.add(fact.header().type());
    line(from, what + ", " + size(bytes));
  }

  private String targets(List<Target> targets) {
    return targets.stream()
        .map(
            target ->
                switch (target) {
                  case Target.Left left -> ", lets go " + name(left.leave().header().author());
                  case Target.Expelled expelled ->
                      ", expels "
                          + group.nodes.values().stream()
                              .filter(node -> node.device().equals(expelled.device()))
                              .map(node -> node.name)
                              .collect(Collectors.joining(" and "));
                  case Target.Absent absent -> ", suspends " + name(absent.member());
                  case Target.Faulty faulty -> ", convicts " + name(faulty.member());
                })
        .collect(Collectors.joining());
  }

  private static String cover(Bytes bytes) {
    if (!(Cover.decode(bytes) instanceof Decoded.Ok<Cover> ok)) {
      return "a cover nobody can read";
    }
    Cover cover = ok.value();
    List<String> entries = new ArrayList<>();
    cover.refresh().ifPresent(refresh -> entries.add("one wrap for all"));
    addIfAny(entries, cover.wraps().size(), "wrap");
    addIfAny(entries, cover.orders().size(), "relay order");
    long offers = cover.seals().stream().filter(seal -> seal.offer().isPresent()).count();
    addIfAny(entries, (int) offers, "seal with handshake");
    addIfAny(entries, cover.seals().size() - (int) offers, "seal");
    cover
        .tree()
        .ifPresent(tree -> addIfAny(entries, Cover.places(tree).size(), "place in the tree"));
    return entries.isEmpty() ? "nothing for anybody" : String.join(", ", entries);
  }

  private static void addIfAny(List<String> entries, int count, String what) {
    if (count > 0) {
      entries.add(plural(count, what));
    }
  }

  private static String plural(int count, String what) {
    if (count == 1) {
      return "1 " + what;
    }
    int space = what.indexOf(' ');
    boolean isHead = space > 0 && !what.startsWith("relay");
    return count
        + " "
        + (isHead ? what.substring(0, space) + "s" + what.substring(space) : what + "s");
  }

  private static String size(int bytes) {
    return String.format(Locale.ROOT, "%,d bytes", bytes);
  }

  // ---- what comes of it

  @Override
  public void stepped(Group.Node node) {
    int from = read.getOrDefault(node, 0);
    for (Effect effect : List.copyOf(node.log.subList(from, node.log.size()))) {
      come(effect).ifPresent(text -> line(node, text));
    }
    read.put(node, node.log.size());
  }

  private Optional<String> come(Effect effect) {
    return switch (effect) {
      case Effect.SendUnder under ->
          Optional.of("sends under " + name(under.epoch()) + "/" + under.revision());
      case Effect.HoldFrames hold -> Optional.of("holds frames");
      case Effect.Status status -> Optional.of(state(status));
      case Effect.Refused refused ->
          Optional.of("refuses " + name(refused.fact()) + ": " + refused.why());
      default -> Optional.empty();
    };
  }

  static String state(Effect.Status status) {
    String state = "is " + status.state().name().toLowerCase(Locale.ROOT);
    return status.cause().isEmpty() ? state : state + ", for " + status.cause();
  }
}
