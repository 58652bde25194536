using System.Globalization;
using Kiroku.Api;
using Microsoft.Extensions.Primitives;

namespace Kiroku.Proxies;

/// <summary>
/// The query of a list of images, in the words of the image service (nova/api/openstack/compute/images.py,
/// _get_filters; nova/image/glance.py, _extract_query_params_v2). Nova ignores all other parameters.
/// </summary>
internal sealed class ImageProxyQuery
{
    private const int MaxLimit = 1000;
    private const string Property = "property-";

    private static readonly Dictionary<string, string> Names = new()
    {
        ["name"] = "name",
        ["status"] = "status",
        ["changes-since"] = "updated_at",
        ["server"] = "instance_uuid",
        ["type"] = "image_type",
        ["minRam"] = "min_ram",
        ["minDisk"] = "min_disk",
    };

    /// <exception cref="Fault">400: a number that is none.</exception>
    public ImageProxyQuery(HttpRequest request)
    {
        var parameters = new QueryParameters(request);
        Limit = Positive(parameters, "limit");
        Positive(parameters, "page_size");
        Positive(parameters, "offset");
        var asked = new Dictionary<string, StringValues>(StringComparer.Ordinal);
        foreach (var name in parameters.Names)
        {
            if (NameOf(name) is { Length: > 0 } filter)
                asked[filter] = Value(name, parameters.Last(name)!);
        }
        if (parameters.Last("marker") is { Length: > 0 } marker)
            asked["marker"] = marker;
        asked["limit"] = Limit.ToString(CultureInfo.InvariantCulture);
        Asked = new QueryCollection(asked);
    }

    public int Limit { get; }

    /// <summary>What to ask the image service.</summary>
    public IQueryCollection Asked { get; }

    private static string? NameOf(string parameter)
        => parameter.StartsWith(Property, StringComparison.Ordinal)
            ? parameter[Property.Length..]
            : Names.GetValueOrDefault(parameter);

    /// <summary>The value for the image service: statuses in small letters, and of a server's address its id.</summary>
    private static string Value(string name, string value) => name switch
    {
        "status" => value.ToLowerInvariant(),
        "changes-since" => $"gte:{value}",
        "server" or "property-instance_uuid" => value.Split('/')[^1],
        _ => value,
    };

    private static int Positive(QueryParameters parameters, string name)
    {
        var number = parameters.LastNumber(name, MaxLimit);
        return number > 0
            ? Math.Min(number, MaxLimit)
            : throw QueryParameters.Invalid(name, parameters.Last(name)!, "0 is less than the minimum of 1");
    }
}
