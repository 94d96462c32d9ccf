import type { CvReport } from '../report.ts';
import type { YearMonth } from './profile/dates.ts';
import type { CvProfile } from './profile/profile.ts';
import type { Found } from './profile/spans.ts';

type Reported = CvReport['profile'];

/** The profile as it is kept: without the lines of the CV, of which only what was read stays. */
export function reportedProfile(profile: CvProfile): Reported {
  const { contact, monthsOfExperience } = profile;
  return {
    name: contact.name,
    email: contact.email,
    phone: contact.phone,
    location: contact.location,
    links: contact.links.map(({ kind, url }) => ({ kind, url })),
    roles: profile.roles.map(({ start, end, title, employer, from, to, months }) => ({
      start,
      end,
      title,
      employer,
      from: dateOf(from),
      to: dateOf(to),
      isCurrent: to?.value === 'present',
      months,
    })),
    monthsOfExperience,
    education: profile.education.map(({ start, end, degree, level, institution, from, to }) => ({
      start,
      end,
      degree,
      level,
      institution,
      from: dateOf(from),
      to: dateOf(to),
    })),
    languages: profile.languages.map(({ start, end, name, level }) => ({
      start,
      end,
      name: name.value,
      level: level?.value ?? null,
    })),
    sections: profile.sections.map(({ start, end, kind, heading }) => ({ start, end, kind, heading })),
  };
}

function dateOf(found: Found<YearMonth | 'present'> | null): string | null {
  if (found === null || found.value === 'present') return null;
  const { year, month } = found.value;
  return month === null ? String(year) : `${year}-${String(month).padStart(2, '0')}`;
}
