using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Identity.Tokens;
using Microsoft.Extensions.Options;

namespace Kiroku.Telemetry;

/// <summary>
/// Lets in who may read the metrics: by a token, which Prometheus sends as a bearer, or by the address where a setting
/// opens the door to networks.
/// </summary>
internal sealed class MetricsDoor(IStandingCallers callers, IOptions<MetricsOptions> options)
{
    private const string Bearer = "Bearer ";

    /// <summary>
    /// Headers that say that a request comes through a proxy. Those of trusted proxies are gone here, and the address
    /// is that of their caller.
    /// </summary>
    private static readonly string[] OfProxies = ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"];

    private readonly NamedNetworks open = new(options.Value.AllowedNetworks);

    /// <exception cref="Fault">401 without a valid token for a project, 403 if the rule does not let its holder
    /// in.</exception>
    public async Task RequireAsync(HttpContext context)
    {
        if (IsOpenTo(context))
            return;
        var caller = await callers.FindAsync(context, TokenOf(context.Request), context.RequestAborted)
            ?? throw Fault.Unauthorized();
        caller.Require(MetricsRules.Show, caller.ProjectId);
    }

    /// <summary>
    /// Whoever is behind a proxy that is not trusted has the proxy's address, so the address says nothing then.
    /// </summary>
    private bool IsOpenTo(HttpContext context)
        => context.Connection.RemoteIpAddress is { } address && open.Have(address)
            && !OfProxies.Any(context.Request.Headers.ContainsKey);

    private static string? TokenOf(HttpRequest request)
    {
        if (request.Headers.TryGetValue(TokenHeaders.Token, out var token))
            return token;
        var authorization = request.Headers.Authorization.ToString();
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? authorization[Bearer.Length..].Trim()
            : null;
    }
}
