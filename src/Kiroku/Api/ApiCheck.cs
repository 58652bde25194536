using Microsoft.Extensions.Options;

namespace Kiroku.Api;

/// <summary>
/// Refuses settings that cannot work when the service starts, including a certificate that callers would refuse.
/// </summary>
internal sealed class ApiCheck(ServiceSettings settings) : IValidateOptions<ApiOptions>
{
    public ValidateOptionsResult Validate(string? name, ApiOptions options)
        => Complaint(options) is { } complaint ? ValidateOptionsResult.Fail(complaint) : ValidateOptionsResult.Success;

    private string? Complaint(ApiOptions options)
    {
        if (options.CertificateInterval <= TimeSpan.Zero || options.CertificateInterval > TimeSpan.FromDays(1))
            return "Api:CertificateInterval is to be a time of at most a day, as 00:00:10.";
        if (!string.IsNullOrEmpty(options.Authority) && !File.Exists(options.Authority))
            return $"Api:Authority {options.Authority} is not there.";
        return PublicUrl.ComplaintAbout(options.PublicUrl) ?? TrustedProxies.ComplaintAbout(options.TrustedProxies)
            ?? CertificateComplaint(options);
    }

    private string? CertificateComplaint(ApiOptions options)
    {
        var given = !string.IsNullOrEmpty(options.Certificate);
        if (given != !string.IsNullOrEmpty(options.Key))
            return "Api:Certificate and Api:Key go together.";
        if (!settings.IsEncrypted)
            return null;
        if (!given)
            return $"--listen {settings.Listen} takes a certificate and its key: Api:Certificate and Api:Key.";
        try
        {
            CertificateFiles.Load(options);
            return null;
        }
        catch (CertificateException e)
        {
            return e.Message;
        }
    }
}
