using System.Globalization;
using Kiroku.Api;
using Kiroku.Identity;

namespace Kiroku.Flavors;

/// <summary>Which flavors a list is to show (nova/api/openstack/compute/flavors.py, _get_flavors).</summary>
internal sealed class FlavorQuery(HttpContext context)
{
    /// <summary>Nova's [api] max_limit.</summary>
    private const int MaxLimit = 1000;

    /// <summary>Those that Nova takes; by some of them all flavors here are the same.</summary>
    private static readonly string[] SortKeys =
    [
        "created_at", "description", "disabled", "ephemeral_gb", "flavorid", "id", "is_public", "memory_mb", "name", "root_gb",
        "rxtx_factor", "swap", "updated_at", "vcpu_weight", "vcpus",
    ];

    private readonly IQueryCollection query = context.Request.Query;

    /// <summary>How many flavors a page holds.</summary>
    public int PageSize => new QueryParameters(context.Request).LastLimit(MaxLimit);

    /// <exception cref="Fault">400 for a parameter that makes no sense.</exception>
    public IReadOnlyList<Flavor> Choose(IReadOnlyList<Flavor> flavors)
    {
        RefuseUnknown();
        RequireOneOf("sort_key", SortKeys);
        RequireOneOf("sort_dir", ["asc", "desc"]);
        _ = PageSize;
        var leastMemory = Filter("minRam");
        var leastDisk = Filter("minDisk");
        var fitting = flavors.Where(flavor => flavor.MemoryMiB >= leastMemory && flavor.DiskGiB >= leastDisk && IsAsked());
        var sorted = Sort([.. fitting]);
        return [.. AfterMarker(sorted).Take(PageSize)];
    }

    private List<Flavor> Sort(List<Flavor> flavors)
    {
        Comparison<Flavor> comparison = query["sort_key"].FirstOrDefault() switch
        {
            "name" => (a, b) => string.CompareOrdinal(a.Name, b.Name),
            "vcpus" => (a, b) => a.Vcpus.CompareTo(b.Vcpus),
            "memory_mb" => (a, b) => a.MemoryMiB.CompareTo(b.MemoryMiB),
            "root_gb" => (a, b) => a.DiskGiB.CompareTo(b.DiskGiB),
            _ => (_, _) => 0,
        };
        var direction = query["sort_dir"] == "desc" ? -1 : 1;
        flavors.Sort((a, b) => direction * (comparison(a, b) is var order && order != 0 ? order : string.CompareOrdinal(a.Id, b.Id)));
        return flavors;
    }

    private IEnumerable<Flavor> AfterMarker(List<Flavor> flavors)
    {
        if (query["marker"].FirstOrDefault() is not { Length: > 0 } marker)
            return flavors;
        var place = flavors.FindIndex(flavor => flavor.Id == marker);
        return place >= 0 ? flavors.Skip(place + 1) : throw Fault.BadRequest($"marker [{marker}] not found");
    }

    /// <summary>All flavors are public; only administrators may ask for others.</summary>
    private bool IsAsked()
    {
        if (!query.TryGetValue("is_public", out var asked) || !Caller.Of(context).IsAdmin)
            return true;
        return asked.ToString().Trim().ToUpperInvariant() switch
        {
            "" or "NONE" or "TRUE" or "T" or "1" or "YES" or "Y" or "ON" => true,
            "FALSE" or "F" or "0" or "NO" or "N" or "OFF" => false,
            _ => throw Fault.BadRequest($"Invalid is_public filter [{asked}]"),
        };
    }

    private void RequireOneOf(string key, string[] allowed)
    {
        if (query[key].FirstOrDefault(value => !allowed.Contains(value)) is { } other)
        {
            throw QueryParameters.Invalid(
                key, other, $"{PythonText.Quote(other)} is not one of [{string.Join(", ", allowed.Select(PythonText.Quote))}]");
        }
    }

    private int Filter(string key)
    {
        if (query[key].FirstOrDefault() is not { } text)
            return 0;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Fault.BadRequest($"Invalid {key} filter [{text}]");
    }

    /// <summary>From 2.75 on Nova takes only parameters that it knows.</summary>
    private void RefuseUnknown()
    {
        if (!(Microversions.Of(context) >= 75))
            return;
        var unknown = query.Keys.FirstOrDefault(key => key is not
            ("limit" or "marker" or "is_public" or "minRam" or "minDisk" or "sort_key" or "sort_dir"));
        if (unknown is not null)
            throw Fault.BadRequest(SchemaError.UnknownKeys([unknown]));
    }
}
