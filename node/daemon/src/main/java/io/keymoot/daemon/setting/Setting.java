package io.keymoot.daemon.setting;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Everything that can be set. A setting is one thing with three names: {@code api-socket} in the
 * file, {@code --api-socket} as a flag of {@code run}, {@code KEYMOOT_API_SOCKET} in the
 * environment. Flags go before the environment, that before the file, that before the default.
 *
 * <p>No secret is a setting: secrets are in files of their own.
 */
public enum Setting {
  NAME("name", "", "TEXT", "What this device calls itself where it has no certificate."),
  GROUP(
      "group",
      "keymoot",
      "NAME|ID",
      "The group to be in: its name; or its id, with its name as 'cluster'."),
  FOUND(
      "found",
      "if-alone",
      "yes|no|if-alone",
      "Whether to found the group: at once, never, or when nobody of it is heard."),
  PROFILE(
      "profile", "conference", "paper|conference|broadcast", "Radix of a founded group: 2, 4, 16."),
  ADMIT(
      "admit",
      "anybody",
      "anybody|role:ROLE|NUMBER",
      "Who may admit in a founded group: any member, a role, or so many together."),
  EXPEL(
      "expel",
      "2",
      "NUMBER|role:ROLE",
      "Who may expel in a founded group: so many together, or a role alone and else two."),
  ANCHORS(
      "anchors",
      "",
      "FILE",
      "Roots (PEM) that a founded group trusts, and this device where its policy names none; none"
          + " for an open group."),
  PATTERNS(
      "patterns",
      "",
      "PATTERNS",
      "What certificates of a founded group must match, with ';' between."),
  TRANSPORT("transport", "udp", "udp|tcp|FILE", "Multicast, TCP, or a JGroups stack of one's own."),
  BIND("bind", "auto", "auto|ADDRESS", "This device's address among the others."),
  PORT("port", "7800", "PORT", "Of TCP among the others; 0 for any."),
  MULTICAST("multicast", "239.255.75.77:7577", "ADDRESS:PORT", "Where the others listen."),
  PEERS("peers", "", "HOST:PORT,…", "Some of the others, for TCP."),
  MEETING_FOLDER("meeting-folder", "", "FOLDER", "For TCP: peers find each other by files here."),
  CLUSTER(
      "cluster",
      "",
      "NAME",
      "Under which name JGroups finds the others; that of the group if empty, and needed where"
          + " 'group' is an id."),
  IDENTITY(
      "identity", "", "FOLDER", "Key and certificate of this device; state/identity if empty."),
  POLICY("policy", "", "FILE", "Whom to let in; config/policy.yaml if empty."),
  REVOCATION_LISTS(
      "revocation-lists",
      "",
      "FOLDER",
      "Lists of certificates that were taken back (PEM or DER); config/revocation-lists if empty."),
  INVITE_FILE(
      "invite-file", "", "FILE", "An invite to show, one line; readable by its owner alone."),
  API("api", "127.0.0.1:8471", "ADDRESS:PORT", "Where HTTP listens; port 0 for any."),
  API_SOCKET("api-socket", "", "FILE", "A Unix socket besides, for this user alone."),
  API_HOSTS("api-hosts", "", "NAME:PORT,…", "Further values of Host that are this daemon."),
  API_TLS_CERTIFICATE("api-tls-certificate", "", "FILE", "PEM; needed where api is not loopback."),
  API_TLS_KEY("api-tls-key", "", "FILE", "PEM; needed where api is not loopback."),
  MEDIA("media", "off", "on|off", "Whether media workers may have keys, over /v1/keys."),
  MEDIA_ORIGINS(
      "media-origins", "", "ORIGIN,…", "Web applications whose workers may ask for them."),
  HOOK(
      "hook",
      "",
      "FILE",
      "A program that is run at events, and reads each as a line of JSON; not what messages say."),
  HOOK_EVENTS(
      "hook-events",
      "status,roster,pending,answered,expelled",
      "TYPE,…",
      "At which: also message, unopened, rekeyed, resealed, turned-away, refused, note."),
  LOG("log", "warn", "error|warn|info|debug", "How much is logged, to standard error.");

  private final String key;
  private final String preset;
  private final String shape;
  private final String about;

  Setting(String key, String preset, String shape, String about) {
    this.key = key;
    this.preset = preset;
    this.shape = shape;
    this.about = about;
  }

  public String key() {
    return key;
  }

  public String flag() {
    return "--" + key;
  }

  public String variable() {
    return "KEYMOOT_" + key.replace('-', '_').toUpperCase(Locale.ROOT);
  }

  public String preset() {
    return preset;
  }

  public String shape() {
    return shape;
  }

  public String about() {
    return about;
  }

  public static Optional<Setting> of(String key) {
    return Stream.of(values()).filter(each -> each.key.equals(key)).findFirst();
  }
}
