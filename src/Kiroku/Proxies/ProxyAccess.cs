using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Proxies;

/// <summary>
/// What all proxies have in common: the microversions that have them, and who may ask
/// (nova/api/openstack/api_version_request.py, MAX_PROXY_API_SUPPORT_VERSION).
/// </summary>
internal static class ProxyAccess
{
    /// <summary>The last microversion with the proxies.</summary>
    public const int Last = 35;

    /// <summary>Takes a route away from the microversions above one.</summary>
    public static void UpTo(this IEndpointConventionBuilder route, int last) => route.Add(endpoint =>
    {
        var answer = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = context
            => Microversions.Of(context) > last ? throw Fault.NotFound() : answer(context);
    });

    /// <summary>The caller, if the rule lets it do so in its own project.</summary>
    /// <exception cref="Fault">403.</exception>
    public static Caller Require(HttpContext context, Rule rule)
    {
        var caller = Caller.Of(context);
        caller.Require(rule, caller.ProjectId);
        return caller;
    }

    /// <summary>
    /// Calls the network service, whose conflicts Nova answers with other statuses: no room for more is 403, the rest
    /// 400 (nova/network/security_group_api.py).
    /// </summary>
    public static async Task<T> InNovasWordsAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (Fault fault) when (fault.Status == StatusCodes.Status409Conflict)
        {
            throw new Fault(fault.Type == "OverQuota" ? 403 : 400, fault.Message);
        }
    }

    /// <summary>A document with one list.</summary>
    public static JsonResponse List<TItem>(string key, IEnumerable<TItem> items, Action<Utf8JsonWriter, TItem> write)
        => JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray(key);
            foreach (var item in items)
                write(json, item);
            json.WriteEndArray();
            json.WriteEndObject();
        });

    /// <summary>A document with one thing.</summary>
    public static JsonResponse One<TItem>(string key, TItem item, Action<Utf8JsonWriter, TItem> write)
        => JsonResponse.Ok(json =>
        {
            json.WriteStartObject();
            json.WritePropertyName(key);
            write(json, item);
            json.WriteEndObject();
        });

    /// <summary>A list that is always empty.</summary>
    public static JsonResponse None(string key) => List<object>(key, [], (_, _) => { });
}
