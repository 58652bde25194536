using Kiroku.Api;
using Kiroku.Identity.Tokens;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Primitives;

namespace Kiroku.Ui.Door;

/// <summary>
/// Sends the page's requests through the service's own pipeline, in memory. They pass everything that a request from
/// the network passes after its address is known: token, policy, quotas, limits, routes, error documents. So the page
/// can do nothing that its user could not do with the API, and what guards the API guards the page. The caller's
/// network address goes along, because sign-ins are counted by it.
/// </summary>
internal sealed class ApiDoor
{
    private RequestDelegate? pipeline;

    /// <summary>Remembers what comes after this point of the pipeline.</summary>
    public RequestDelegate Remember(RequestDelegate next) => pipeline = next;

    /// <summary>Sends a request and reads the whole answer.</summary>
    /// <param name="visitor">The request of the browser that it is sent for.</param>
    /// <param name="request">What is sent.</param>
    public async Task<ApiAnswer> SendAsync(HttpContext visitor, ApiRequest request)
    {
        var response = new HttpResponseFeature();
        using var body = new MemoryStream();
        var context = Make(visitor, request);
        context.Features.Set<IHttpResponseFeature>(response);
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body));
        await pipeline!(context);
        await context.Response.CompleteAsync();
        // What the API answered to a caller who has gone away is no answer.
        visitor.RequestAborted.ThrowIfCancellationRequested();
        return new ApiAnswer(response.StatusCode, body.ToArray(), response.Headers);
    }

    /// <summary>Answers the visitor with what the API answers, as it comes: for streams and files.</summary>
    public Task ForwardAsync(HttpContext visitor, ApiRequest request)
    {
        var context = Make(visitor, request);
        Share<IHttpResponseFeature>();
        Share<IHttpResponseBodyFeature>();
        Share<IHttpMinResponseDataRateFeature>();
        Share<IHttpResetFeature>();
        return pipeline!(context);

        void Share<T>()
            where T : class => context.Features.Set(visitor.Features.Get<T>());
    }

    /// <exception cref="Fault">400: the path has a null character, which no server takes.</exception>
    private static DefaultHttpContext Make(HttpContext visitor, ApiRequest request)
    {
        if (request.Path.Contains("%00", StringComparison.Ordinal))
            throw Fault.BadRequest("An address has no null characters.");
        var features = new FeatureCollection();
        features.Set(visitor.Features.Get<IHttpConnectionFeature>());
        features.Set(visitor.Features.Get<IHttpRequestLifetimeFeature>());
        IHeaderDictionary headers = new HeaderDictionary
        {
            [TokenHeaders.Token] = request.Token is { } token ? token : StringValues.Empty,
            ["Host"] = visitor.Request.Host.Value,
            ["Accept"] = "application/json",
        };
        if (request.Body.Length > 0)
        {
            headers.ContentType = "application/json";
            headers.ContentLength = request.Body.Length;
        }
        // What the visitor does belongs to the visitor's trace.
        if (CallersTrace.Of(visitor) is { } trace)
            (headers.TraceParent, headers.TraceState) = (trace, visitor.Request.Headers.TraceState);
        foreach (var (name, value) in request.Headers)
            headers[name] = value;
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Method = request.Method,
            Scheme = visitor.Request.Scheme,
            PathBase = visitor.Request.PathBase.Value ?? "",
            // As Kestrel does: an escaped slash in a name stays one.
            Path = PathString.FromUriComponent(request.Path).Value!,
            QueryString = request.Query,
            Protocol = visitor.Request.Protocol,
            Headers = headers,
            Body = new MemoryStream(request.Body.ToArray()),
        });
        return new DefaultHttpContext(features) { RequestServices = visitor.RequestServices };
    }
}
