using Kiroku.Storage;

namespace Kiroku.Api;

/// <summary>
/// Turns every failed request into an error body, whether it ended in a <see cref="Fault"/> or an unexpected
/// exception.
/// </summary>
internal sealed partial class FaultMiddleware(
    RequestDelegate next, IdentityAddress identity, ILogger<FaultMiddleware> logger)
{
    /// <summary>
    /// The source of exceptions that Kestrel throws while it reads a body. Some malformed chunks do not raise a <see
    /// cref="BadHttpRequestException"/>.
    /// </summary>
    private const string ServerItself = "Microsoft.AspNetCore.Server.Kestrel.Core";

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (Fault fault) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, fault);
        }
        catch (StorageException e) when (!context.Response.HasStarted)
        {
            LogStorage(context.Request.Method, context.Request.Path, e);
            await WriteAsync(context,
                Fault.Unavailable(e.IsUndecided ? e.Message : $"{e.Message} Nothing was changed; try again later."));
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, new Fault(e.StatusCode, e.Message));
        }
        catch (IOException e)
            when (e.Source == ServerItself && !context.Response.HasStarted
                && !context.RequestAborted.IsCancellationRequested)
        {
            await WriteAsync(context, Fault.BadRequest($"The request's body is broken: {e.Message}"));
        }
        catch (Exception e)
            when (e is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone away.
        }
#pragma warning disable CA1031 // The HTTP edge: nothing may leave it but an answer.
        catch (Exception e) when (!context.Response.HasStarted)
#pragma warning restore CA1031
        {
            LogUnexpected(context.Request.Method, context.Request.Path, RequestId.Of(context), e);
            await WriteAsync(context,
                new Fault(500, "Unexpected API Error. The reason is in the service's log, under the request id "
                + RequestId.Of(context) + "."));
        }
    }

    private Task WriteAsync(HttpContext context, Fault fault)
    {
        context.Response.Clear();
        RequestId.Announce(context);
        Microversions.Announce(context);
        if (fault.RetryAfter is { } seconds)
            context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var path = context.Request.Path;
        if (fault.Status == 401)
            context.Response.Headers.WWWAuthenticate =
                $"Keystone uri=\"{identity.Keystone ?? $"{Links.Base(context.Request)}/identity"}\"";
        if (Problem.IsFormOf(path))
            return Problem.WriteAsync(context, fault);
        if (path.StartsWithSegments("/identity") || fault.Status == 401)
            return JsonResponse.WriteAsync(
                context, fault.Status, json => FaultForm.WriteKeystone(json, fault.Status, fault.Message));
        if (path.StartsWithSegments("/image") || fault.Status == 413)
            return WebObFault.WriteAsync(context, fault.Status, fault.Message);
        if (path.StartsWithSegments("/network"))
            return JsonResponse.WriteAsync(
                context, fault.Status, json => FaultForm.WriteNeutron(json, fault.Status, fault.Message, fault.Type));
        var body = JsonResponse.ToBytes(
            json => FaultForm.WriteNova(json, fault.Status, fault.Message, fault.RetryAfter));
        return JsonResponse.WriteAsync(context, fault.Status, body, "application/json; charset=UTF-8");
    }

    [LoggerMessage(LogLevel.Error, "{Method} {Path} ({RequestId}) failed unexpectedly")]
    private partial void LogUnexpected(string method, PathString path, string requestId, Exception exception);

    [LoggerMessage(LogLevel.Error, "{Method} {Path}: the store is in trouble")]
    private partial void LogStorage(string method, PathString path, Exception exception);
}
