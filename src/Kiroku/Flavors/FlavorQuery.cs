using System.Globalization;
using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Flavors;

/// <summary>Filters, sorts and pages a list of flavors as the query asks (nova/api/openstack/compute/flavors.py,
/// _get_flavors).</summary>
internal sealed class FlavorQuery(HttpContext context)
{
    /// <summary>Nova's [api] max_limit.</summary>
    private const int MaxLimit = 1000;

    /// <summary>The sort keys that Nova accepts. Kiroku's flavors have equal values for some of them.</summary>
    private static readonly string[] SortKeys =
    [
        "created_at", "description", "disabled", "ephemeral_gb", "flavorid", "id", "is_public", "memory_mb", "name",
        "root_gb",
        "rxtx_factor", "swap", "updated_at", "vcpu_weight", "vcpus",
    ];

    private readonly IQueryCollection query = context.Request.Query;
    private readonly QueryParameters parameters = new(context.Request);

    /// <summary>The number of flavors on a page.</summary>
    public int PageSize => parameters.LastLimit(MaxLimit);

    /// <exception cref="Fault">400 for an invalid parameter.</exception>
    public IReadOnlyList<Flavor> Choose(IReadOnlyList<Flavor> flavors)
    {
        RefuseUnknown();
        RequireOneOf("sort_key", SortKeys);
        RequireOneOf("sort_dir", ["asc", "desc"]);
        _ = PageSize;
        var leastMemory = Filter("minRam");
        var leastDisk = Filter("minDisk");
        var fitting = flavors.Where(flavor => flavor.MemoryMib >= leastMemory && flavor.DiskGib >= leastDisk);
        var sorted = Sort([.. fitting]);
        return [.. AfterMarker(sorted).Take(PageSize)];
    }

    private List<Flavor> Sort(List<Flavor> flavors)
    {
        Comparison<Flavor> comparison = parameters.Last("sort_key") switch
        {
            "name" => (a, b) => string.CompareOrdinal(a.Name, b.Name),
            "description" => (a, b) => string.CompareOrdinal(a.Description, b.Description),
            "vcpus" => (a, b) => a.Vcpus.CompareTo(b.Vcpus),
            "memory_mb" => (a, b) => a.MemoryMib.CompareTo(b.MemoryMib),
            "root_gb" => (a, b) => a.DiskGib.CompareTo(b.DiskGib),
            "rxtx_factor" => (a, b) => a.RxtxFactor.CompareTo(b.RxtxFactor),
            "is_public" => (a, b) => a.IsPublic.CompareTo(b.IsPublic),
            "id" or "created_at" => (a, b) => a.CreatedAt.CompareTo(b.CreatedAt),
            _ => (_, _) => 0,
        };
        var direction = parameters.Last("sort_dir") == "desc" ? -1 : 1;
        flavors.Sort((a, b) =>
            direction * (comparison(a, b) is var order && order != 0 ? order : string.CompareOrdinal(a.Id, b.Id)));
        return flavors;
    }

    private IEnumerable<Flavor> AfterMarker(List<Flavor> flavors)
    {
        if (parameters.Last("marker") is not { Length: > 0 } marker)
            return flavors;
        var place = flavors.FindIndex(flavor => flavor.Id == marker);
        return place >= 0 ? flavors.Skip(place + 1) : throw Fault.BadRequest($"marker [{marker}] not found");
    }

    /// <summary>The flavors to list. Only administrators may ask for more than their project may use.</summary>
    public FlavorChoice Choice()
    {
        if (!Caller.Of(context).IsAdmin || parameters.Last("is_public") is not { } asked)
            return FlavorChoice.Usable;
        if (asked.Equals("none", StringComparison.OrdinalIgnoreCase))
            return FlavorChoice.All;
        if (!Truth.TryParse(asked, out var isPublic))
            throw Fault.BadRequest($"Invalid is_public filter [{asked}]");
        return isPublic ? FlavorChoice.Usable : FlavorChoice.NotPublic;
    }

    private void RequireOneOf(string key, string[] allowed)
    {
        if (query[key].FirstOrDefault(value => !allowed.Contains(value)) is { } other)
        {
            throw QueryParameters.Invalid(
                key, other,
                $"{PythonText.Quote(other)} is not one of [{string.Join(", ", allowed.Select(PythonText.Quote))}]");
        }
    }

    private int Filter(string key)
    {
        if (parameters.Last(key) is not { } text)
            return 0;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Fault.BadRequest($"Invalid {key} filter [{text}]");
    }

    /// <summary>From 2.75 on Nova refuses unknown parameters.</summary>
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
