using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Kiroku.Api;
using Kiroku.Hypervisors;

namespace Kiroku.Networks;

/// <summary>
/// Reads what a new rule is to let through, with Neutron's words for what makes no sense (neutron/db/
/// securitygroups_db.py, _validate_security_group_rule), and a sentence for what the hosts cannot enforce.
/// </summary>
internal sealed class RuleRequest(NetworkBody body)
{
    public static readonly string[] Keys =
    [
        "security_group_id", "direction", "ethertype", "protocol", "port_range_min", "port_range_max",
        "remote_ip_prefix", "remote_group_id", "remote_address_group_id", "description", "tenant_id", "project_id",
    ];

    /// <exception cref="Fault">400 for what makes no sense or cannot be enforced.</exception>
    public Passing Read()
    {
        var (direction, version, protocol) = (Direction(), Version(), Protocol());
        var (first, last) = (Number("port_range_min"), Number("port_range_max"));
        var number = Protocols.NumberOf(protocol, version);
        RequireEnforced(protocol, number, version);
        var ports = Protocols.IsIcmp(number) ? IcmpOf(first, last) : PortsOf(first, last, protocol, number);
        return new Passing(direction, version) { Protocol = protocol, Ports = ports, Remote = Remote(version) };
    }

    private string Direction() => body.TextOrNull("direction") switch
    {
        (Passing.In or Passing.Out) and var known => known,
        null => throw Fault.BadRequest("Failed to parse request. Required attribute 'direction' not specified"),
        { } other => throw NetworkBody.Invalid(
            "direction", $"'{other}' is not in ['{Passing.In}', '{Passing.Out}']."),
    };

    private int Version() => body.TextOrNull("ethertype")?.ToUpperInvariant() switch
    {
        null or "IPV4" => 4,
        "IPV6" => 6,
        _ => throw Wrong("SecurityGroupRuleInvalidEtherType",
            $"Security group rule for ethertype '{body.TextOrNull("ethertype")}' not supported. Allowed values are "
            + "['IPv4', 'IPv6']."),
    };

    /// <summary>As it was given, in small letters; null for any.</summary>
    private string? Protocol()
    {
        var given = body["protocol"];
        var text = given.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.Null => "",
            JsonValueKind.Number or JsonValueKind.String => PythonText.Str(given).ToLowerInvariant(),
            _ => throw UnknownProtocol(PythonText.Str(given)),
        };
        if (text is "" or "any" or "0")
            return null;
        return Protocols.Numbers.ContainsKey(text)
            || byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? text
            : throw UnknownProtocol(text);
    }

    /// <summary>A number, which may be written as a text; null for none.</summary>
    private int? Number(string key)
    {
        var given = body[key];
        if (given.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null
            || (given.ValueKind == JsonValueKind.String && given.GetString()!.Length == 0))
            return null;
        return int.TryParse(
            PythonText.Str(given), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Wrong("SecurityGroupInvalidPortValue", $"Invalid value for port {PythonText.Str(given)}");
    }

    private static (int First, int? Last)? IcmpOf(int? type, int? code)
    {
        foreach (var (field, name, value) in new[]
            { ("port_range_min", "type", type), ("port_range_max", "code", code) })
        {
            if (value is < 0 or > 255)
            {
                throw Wrong("SecurityGroupInvalidIcmpValue",
                    $"Invalid value for ICMP {name} ({field}) {value}. It must be 0 to 255.");
            }
        }
        if (type is null && code is not null)
        {
            throw Wrong("SecurityGroupMissingIcmpType",
                $"ICMP code (port-range-max) {code} is provided but ICMP type (port-range-min) is missing.");
        }
        return type is { } given ? (given, code) : null;
    }

    private static (int First, int? Last)? PortsOf(int? first, int? last, string? protocol, int? number)
    {
        if (first is null && last is null)
            return null;
        if (protocol is null)
        {
            throw Wrong("SecurityGroupProtocolRequiredWithPorts",
                "Must also specify protocol if port range is given.");
        }
        if (!Protocols.HasPorts(number))
        {
            throw Wrong("SecurityGroupInvalidProtocolForPort",
                $"Invalid protocol {protocol} for port range, only supported for TCP, UDP and SCTP.");
        }
        foreach (var port in new[] { first, last })
        {
            if (port is < 1 or > 65535)
                throw Wrong("SecurityGroupInvalidPortValue", $"Invalid value for port {port}");
        }
        return first <= last
            ? (first.Value, last)
            : throw Wrong("SecurityGroupInvalidPortRange",
                "For TCP/UDP protocols, port_range_min must be <= port_range_max");
    }

    /// <summary>A range of addresses as its network, as 192.0.2.0/24; null for anywhere.</summary>
    private string? Remote(int version)
    {
        if (body.TextOrNull("remote_ip_prefix") is not { Length: > 0 } given)
            return null;
        var parts = given.Split('/');
        if (parts.Length > 2 || !IPAddress.TryParse(parts[0], out var address)
            || PrefixOf(parts, address) is not { } bits)
            throw NetworkBody.Invalid("remote_ip_prefix", $"'{given}' is not a valid IP subnet.");
        if (address.AddressFamily != (version == 4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6))
        {
            throw Wrong("SecurityGroupRuleParameterConflict",
                $"Conflicting value ethertype IPv{version} for CIDR {given}");
        }
        return Cidr.Of(address, bits);
    }

    private static int? PrefixOf(string[] parts, IPAddress address)
    {
        var most = address.GetAddressBytes().Length * 8;
        if (parts.Length == 1)
            return most;
        return int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var bits) && bits <= most
            ? bits
            : null;
    }

    private void RequireEnforced(string? protocol, int? number, int version)
    {
        if (body.TextOrNull("remote_group_id") is not null || body.TextOrNull("remote_address_group_id") is not null)
        {
            throw Fault.BadRequest("The hosts of this cloud cannot tell servers of a group from others: give the "
                + "addresses, as remote_ip_prefix.");
        }
        if (number is { } given && !Protocols.IsFiltered(given, version))
        {
            throw Fault.BadRequest(
                $"The hosts of this cloud cannot tell the protocol {protocol} from others in IPv{version}.");
        }
    }

    private static Fault UnknownProtocol(string text) => Wrong("SecurityGroupRuleInvalidProtocol",
        $"Security group rule protocol {text} not supported. Only protocol values "
        + $"[{string.Join(", ", Protocols.Numbers.Keys.Select(PythonText.Quote))}] and integer representations [0 to "
        + "255] are supported.");

    private static Fault Wrong(string type, string message) => new(400, message) { Type = type };
}
