using Kiroku.Api;

namespace Kiroku.Networks;

/// <summary>
/// Picks ports by their addresses: <c>fixed_ips=ip_address=192.0.2.7</c>, <c>subnet_id=</c> and
/// <c>ip_address_substr=</c>, all of which one address is to fit.
/// </summary>
internal sealed class FixedIpFilter
{
    private const string Address = "ip_address";
    private const string Part = "ip_address_substr";
    private const string Subnet = "subnet_id";

    private readonly ILookup<string, string> asked;

    /// <exception cref="Fault">400 for what names none of the three.</exception>
    public FixedIpFilter(IReadOnlyList<string> conditions) => asked = conditions.Select(Split).ToLookup(
        condition => condition.Key, condition => condition.Value);

    /// <summary>The one address that it can only be; null if it may be another.</summary>
    public string? Only => asked[Address].Distinct().Take(2).ToArray() is [var one] ? one : null;

    public bool Fits(Port port) => asked.Count == 0 || port.Known.Any(known =>
        IsAmong(Address, value => value == known.Address)
            && IsAmong(Part, value => known.Address.Contains(value, StringComparison.OrdinalIgnoreCase))
            && IsAmong(Subnet, value => value == known.Subnet?.Id.ToString()));

    private bool IsAmong(string key, Predicate<string> fits)
        => !asked.Contains(key) || asked[key].Any(value => fits(value));

    private static (string Key, string Value) Split(string condition)
        => condition.Split('=', 2) is [Address or Part or Subnet, { Length: > 0 }] parts
            ? (parts[0], parts[1])
            : throw Fault.BadRequest($"Invalid input for operation: '{condition}' is not of the form <key>=[value], "
                + $"with {Address}, {Part} or {Subnet}.");
}
